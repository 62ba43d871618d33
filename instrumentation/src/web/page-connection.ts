import type { Attributes, Span } from '@opentelemetry/api';
import type { CloseSignals } from '../close/close-signals.ts';
import type { PageDeparture } from './page-reconnects.ts';

/** What is kept about one connection of the page, from its constructor until its `close` event. */
export interface PageConnection {
  /** The connect span's id in hex, or a random one where no SDK is registered. */
  id: string;
  span: Span;
  /** The attributes that every span of this connection carries. */
  attributes: Attributes;
  /** Origin, path and requested subprotocols. */
  endpoint: string;
  signals: CloseSignals;
  /** The close that this handshake may make good. */
  returningFrom: PageDeparture | undefined;
  /** Monotonic milliseconds; undefined until open. */
  openedAt?: number;
  messages: number;
}
