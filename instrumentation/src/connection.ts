import type { Attributes, Span, SpanContext } from '@opentelemetry/api';
import type { Role } from './attributes.ts';
import { CloseSignals } from './close/close-signals.ts';
import type { ServerDrain } from './drain/server-drain.ts';
import type { Departure } from './reconnect/departure.ts';

/** What is kept about one connection, from its upgrade request until its socket is closed. */
export class Connection {
  readonly role: Role;
  /** The connect span's id in hex, or a random one where no SDK is registered. */
  readonly id: string;
  readonly spanContext: SpanContext;
  /** The attributes that every span of this connection carries. */
  readonly attributes: Attributes;
  /** Scheme, host, path and requested subprotocols: what a client's reconnect has in common with the connection that it replaces. Empty at a server. */
  readonly endpoint: string;
  /** The connect span, until it has ended. */
  connectSpan: Span | null;
  /** Monotonic milliseconds; null until open. */
  openedAt: number | null = null;
  /** The server that the connection belongs to, where it is a server's. */
  server: ServerDrain | null = null;
  closed = false;
  /** The application said so: nothing is written, counted or injected. */
  ignored = false;
  messagesReceived = 0;
  /** Frames so far of the message that is coming in. */
  framesReceived = 0;
  /** The close that this handshake may make good. */
  returningFrom: Departure | null = null;
  /** The close of this connection, once its end has begun. */
  departure: Departure | null = null;
  /** What a library on top says of the end, such as socket.io's "ping timeout". */
  libraryReason: string | null = null;
  #signals: CloseSignals | null = null;

  constructor(role: Role, id: string, connectSpan: Span, attributes: Attributes, endpoint: string) {
    this.role = role;
    this.id = id;
    this.spanContext = connectSpan.spanContext();
    this.attributes = attributes;
    this.endpoint = endpoint;
    this.connectSpan = connectSpan;
  }

  /** How the connection ended; made when first asked for, as most connections are open most of the time. */
  get signals(): CloseSignals {
    this.#signals ??= new CloseSignals();
    return this.#signals;
  }
}
