import type { Socket } from 'node:net';
import type { PayloadFinding } from '../close/close-signals.ts';
import type { Connection } from '../connection.ts';
import type { ConnectionObserver } from '../connection-observer.ts';
import { classifyPayload } from '../payload/classify-payload.ts';
import { codeAndReason } from './frame-header.ts';
import { IncomingFrames } from './incoming-frames.ts';
import { OutgoingFrames } from './outgoing-frames.ts';

const INVALID_PAYLOAD = 1007;

/** How undici names bad text, in its close frames and in undici 6's `error` events. */
const INVALID_UTF8_TEXT = /utf-?8/i;

/**
 * Follows the frames of one WebSocket where they pass: undici keeps its socket to itself, so `write` and `emit` are shadowed
 * on it while the WebSocket is open. That tells which code was sent, which was received, and which message was refused.
 */
export class SocketTap {
  readonly connection: Connection;
  /** The application is in a call to `close()`: a close frame that is written now is its own. */
  closingByApplication = false;
  /** The `open` handler of a class that was not patched yet has closed already: the server's answer will tell the code. */
  closeSentUnseen = false;
  /** Of the socket, such as ECONNRESET. */
  error: unknown = undefined;
  readonly #observer: ConnectionObserver;
  readonly #socket: Socket;
  readonly #incoming = new IncomingFrames();
  readonly #outgoing = new OutgoingFrames();
  readonly #shadows: { name: 'write' | 'emit'; shadow: unknown }[] = [];
  #takeBackReceived: (() => void) | null = null;

  constructor(socket: Socket, connection: Connection, observer: ConnectionObserver) {
    this.#socket = socket;
    this.connection = connection;
    this.#observer = observer;
    this.#shadow('write', args => this.#written(args[0]));
    this.#shadow(
      'emit',
      args => this.#emitted(args[0], args[1]),
      () => {
        this.#incoming.completed = [];
      },
    );
  }

  /** Leaves the socket as it was, unless somebody else has replaced the methods. */
  remove(): void {
    for (const { name, shadow } of this.#shadows.splice(0)) {
      if (Object.getOwnPropertyDescriptor(this.#socket, name)?.value === shadow)
        Reflect.deleteProperty(this.#socket, name);
    }
  }

  /** The local side failed the connection; `text` is undici's. Ignored after a close frame that is not what it failed over. */
  failed(code: number, text: string): void {
    this.#takeBackReceived?.();
    const { signals } = this.connection;
    if (signals.first !== null) return;
    signals.failed({ code, errorType: String(code) }, this.#observer.clock.monotonic());
    if (code !== INVALID_PAYLOAD) return;
    const { finding, bytes } = this.#finding(text);
    signals.finding = finding;
    this.#observer.refusedMessage(this.connection, bytes);
  }

  #shadow(name: 'write' | 'emit', seen: (args: unknown[]) => void, after?: () => void): void {
    const socket = this.#socket;
    if (Object.hasOwn(socket, name)) return;
    const { guard } = this.#observer;
    const active = (): boolean => this.#shadows.length > 0;
    const shadow = function (this: unknown, ...args: unknown[]): unknown {
      if (active()) guard.run(`undici ${name}`, () => seen(args));
      const answer = Reflect.apply(Object.getPrototypeOf(socket)[name], this, args);
      if (active()) after?.();
      return answer;
    };
    this.#shadows.push({ name, shadow });
    Object.defineProperty(socket, name, { value: shadow, writable: true, enumerable: false, configurable: true });
  }

  #written(chunk: unknown): void {
    const close = chunk instanceof Uint8Array ? this.#outgoing.closeIn(chunk) : null;
    if (!close) return;
    const [code, reason] = close;
    const isEcho = this.#incoming.closeBody !== null && reason === ''; // undici repeats the code and gives no reason
    if (isEcho && this.connection.signals.first === 'failed') return; // undici 6 reads on after it has failed: this never leaves
    if (!this.closingByApplication && !isEcho) this.failed(code, reason);
    this.#observer.closeSent(this.connection, code, reason);
  }

  #emitted(event: unknown, value: unknown): void {
    if (event === 'error') this.error = value;
    if (event !== 'data' || !(value instanceof Uint8Array) || this.#incoming.closeBody) return;
    this.#incoming.push(value);
    this.connection.messagesReceived = this.#incoming.messages;
    if (!this.#incoming.closeBody) return;
    const [code, reason] = codeAndReason(this.#incoming.closeBody);
    if (this.closeSentUnseen) this.#observer.closeSent(this.connection, code, '');
    this.#takeBackReceived = this.connection.signals.received(code, reason, this.#observer.clock.monotonic());
  }

  /** The bytes are null where they had been compressed, were too long to keep, or came in before the failure was known. */
  #finding(text: string): { finding: PayloadFinding; bytes: Uint8Array | null } {
    if (!INVALID_UTF8_TEXT.test(text)) return { finding: { defect: 'invalid_deflate' }, bytes: null };
    for (const { parts, frames, index } of this.#incoming.completed) {
      const bytes = Buffer.concat(parts);
      const payload = classifyPayload(bytes);
      if (payload === null) continue;
      this.connection.messagesReceived = index;
      const finding = { defect: 'invalid_utf8' as const, size: bytes.length, ...payload };
      return { finding: { ...finding, fragments: frames, messageIndex: index }, bytes };
    }
    const reason = this.#incoming.closeBody?.subarray(2);
    const payload = reason && classifyPayload(reason);
    if (payload) return { finding: { defect: 'invalid_close_reason', size: reason.length, ...payload }, bytes: reason };
    return { finding: { defect: 'invalid_utf8' }, bytes: null };
  }
}
