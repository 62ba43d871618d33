import type { Attributes } from '@opentelemetry/api';

/** A burst of sheds is over when none has followed for this long: a server that drains goes on until nobody is left. */
const BURST_PAUSE_MILLIS = 10_000;

/** A drain that has come to its end. */
export interface Drain {
  /** Monotonic milliseconds. */
  since: number;
  until: number;
  /** Open connections when it began. */
  connections: number;
  /** Of the connection that opened last. */
  attributes: Attributes;
}

/**
 * The open connections of one server, and whether it sheds them: from the first 1012 or 1001 that it sends, or from its
 * `close()` or an explicit call, until none is left. A burst that stops while connections are left was no drain, as a server
 * may send 1001 to a single idle client; after `close()` or the call it is waited for without limit.
 */
export class ServerDrain {
  readonly #ended: (drain: Drain) => void;
  #open = 0;
  #attributes: Attributes = {};
  #since: number | null = null;
  #connections = 0;
  /** It was said that all will go, so a pause means nothing. */
  #isDeclared = false;
  #pause: NodeJS.Timeout | null = null;

  constructor(ended: (drain: Drain) => void) {
    this.#ended = ended;
  }

  opened(attributes: Attributes): void {
    this.#open += 1;
    this.#attributes = attributes;
  }

  /** The server sent 1012 or 1001 of its own accord. */
  shed(at: number): void {
    this.#begin(at);
    if (this.#isDeclared) return;
    this.#stopPause();
    this.#pause = setTimeout(() => this.#forget(), BURST_PAUSE_MILLIS);
    this.#pause.unref();
  }

  /** The server was closed, or the application says that it drains. */
  declared(at: number): void {
    if (this.#open === 0) return;
    this.#isDeclared = true;
    this.#stopPause();
    this.#begin(at);
  }

  closed(at: number): void {
    this.#open -= 1;
    if (this.#open > 0 || this.#since === null) return;
    const drain = { since: this.#since, until: at, connections: this.#connections, attributes: this.#attributes };
    this.#forget();
    this.#ended(drain);
  }

  #begin(at: number): void {
    if (this.#since !== null) return;
    this.#since = at;
    this.#connections = this.#open;
  }

  #forget(): void {
    this.#stopPause();
    this.#since = null;
    this.#isDeclared = false;
  }

  #stopPause(): void {
    if (this.#pause) clearTimeout(this.#pause);
    this.#pause = null;
  }
}
