import type { Attributes, SpanContext } from '@opentelemetry/api';
import type { ReconnectMatch } from '../attributes.ts';

/** How a departure's connection closed. */
export interface DepartureClose {
  /** The effective close code. */
  code: number;
  closeSpan: SpanContext;
  /** Monotonic milliseconds. */
  at: number;
}

/** A new connection that made a departure good. */
export interface Return {
  connectionId: string;
  connectSpan: SpanContext;
  attributes: Attributes;
  /** Monotonic milliseconds of the open. */
  at: number;
}

/**
 * A client's connection that has ended, waiting for the connection that replaces it. It holds what the reconnect span will
 * say, and nothing of its own predecessor, so that a chain of reconnects doesn't grow.
 */
export class Departure {
  readonly connectionId: string;
  readonly endpoint: string;
  readonly attributes: Attributes;
  /** Null until the socket is closed: an `error` event comes before, and some clients reconnect on that. */
  close: DepartureClose | null = null;
  /** Set where the new connection opened before the old socket was closed. */
  earlyReturn: Return | null = null;
  /** Handshakes tried. */
  attempts = 0;
  /** Monotonic milliseconds of the first handshake after the end. */
  firstTryAt: number | null = null;
  /** The connection whose handshake tries to make this good; null between two tries. */
  claimant: object | null = null;
  match: ReconnectMatch | null = null;
  /** Recovered, abandoned, or not to be reported. */
  settled = false;
  timer: NodeJS.Timeout | null = null;

  constructor(connectionId: string, endpoint: string, attributes: Attributes) {
    this.connectionId = connectionId;
    this.endpoint = endpoint;
    this.attributes = attributes;
  }
}
