import { channel } from 'node:diagnostics_channel';
import type { Connection } from '../connection.ts';
import type { ConnectionObserver } from '../connection-observer.ts';
import { errorTypeOf } from '../ws/error-type.ts';
import { MethodPatches } from '../ws/method-patch.ts';
import { type Handshake, Handshakes, isAnswered } from './handshakes.ts';
import { type OpenWebSockets, patchWebSocket } from './patch-web-socket.ts';
import { SocketTap } from './socket-tap.ts';
import {
  type HeadersReceived,
  type HeadersSent,
  READY_STATE_CLOSING,
  type RequestCreated,
  type RequestFailed,
  type UndiciWebSocket,
  type WebSocketClosed,
  type WebSocketOpened,
} from './undici-shapes.ts';
import { upgradeRequestFromUndici } from './upgrade-request-from-undici.ts';

const SWITCHING_PROTOCOLS = 101;

type Subscriber = (message: unknown) => void;

/**
 * Follows the WebSockets of undici 7 and 8, in every copy and bundled ones too, and Node's global `WebSocket`. Handshakes
 * are heard on undici's diagnostics channels, which publish the request inside the constructor, so that nothing replaces the
 * class, and undici is not loaded for it. Its prototype is patched at the first WebSocket that is seen.
 */
export class UndiciAdapter {
  readonly #observer: ConnectionObserver;
  readonly #handshakes: Handshakes;
  readonly #taps = new Set<SocketTap>();
  readonly #sockets: OpenWebSockets;
  readonly #subscribers: Readonly<Record<string, Subscriber>>;
  /** Null while disabled. */
  #patches: MethodPatches | null = null;
  readonly #openedOnce = new WeakSet<object>();
  readonly #prototypes = new Set<object>();
  /** Of undici 6: open, and to be met with its WebSocket in the `open` event that follows at once. */
  #nameless: SocketTap | null = null;

  /** `dropped` is called for a handshake that is forgotten because too many are under way. */
  constructor(observer: ConnectionObserver, dropped: () => void) {
    this.#observer = observer;
    this.#handshakes = new Handshakes(dropped);
    this.#sockets = {
      taps: new WeakMap(),
      earlyCloses: new WeakMap(),
      opening: webSocket => this.#name(webSocket),
      failedToOpen: webSocket => this.#failedToOpen(webSocket),
      closed: tap => this.#untap(tap),
    };
    this.#subscribers = {
      'undici:request:create': this.#guarded(message => this.#created(message as RequestCreated)),
      'undici:client:sendHeaders': this.#guarded(message => this.#headersSent(message as HeadersSent)),
      'undici:request:headers': this.#guarded(message => this.#answered(message as HeadersReceived)),
      'undici:request:error': this.#guarded(message => this.#requestFailed(message as RequestFailed)),
      'undici:websocket:close': this.#guarded(message => this.#closed(message as WebSocketClosed)),
      'undici:websocket:open': this.#guarded(message => this.#opened(message as WebSocketOpened)),
    };
  }

  enable(): void {
    if (this.#patches) return;
    this.#patches = new MethodPatches();
    for (const prototype of this.#prototypes) this.#patch(prototype, this.#patches);
    for (const [name, subscriber] of Object.entries(this.#subscribers)) channel(name).subscribe(subscriber);
  }

  /** Takes every patch out; connections that are open are forgotten. */
  disable(): void {
    for (const [name, subscriber] of Object.entries(this.#subscribers)) channel(name).unsubscribe(subscriber);
    this.#patches?.restore();
    this.#patches = null;
    for (const tap of this.#taps) this.#untap(tap);
  }

  /**
   * Remembers undici's own class, by its prototype or by an object of it or of a subclass, and patches it once enabled. It is
   * the one that has `bufferedAmount`. Answers false where it is none.
   */
  addWebSocketClass(object: object): boolean {
    let prototype: object | null = object;
    while (prototype && !Object.hasOwn(prototype, 'bufferedAmount')) prototype = Object.getPrototypeOf(prototype);
    if (!prototype || !('dispatchEvent' in prototype)) return false;
    if (this.#prototypes.has(prototype)) return true;
    this.#prototypes.add(prototype);
    if (this.#patches) this.#patch(prototype, this.#patches);
    return true;
  }

  /** What is kept about an open WebSocket, for `setClient`. */
  connectionOf(webSocket: object): Connection | undefined {
    return this.#sockets.taps.get(webSocket)?.connection;
  }

  #guarded(subscriber: Subscriber): Subscriber {
    return message => this.#observer.guard.run('undici channel', () => subscriber(message));
  }

  /** Inside the constructor of the WebSocket, in the application's own async context. */
  #created({ request }: RequestCreated): void {
    if (request.upgrade !== 'websocket') return;
    this.#patchGlobalClass();
    const upgrade = upgradeRequestFromUndici(request);
    const connection = this.#observer.connecting(upgrade, null);
    this.#observer.inject(connection, request, { set: (carrier, name, value) => carrier.addHeader(name, value) });
    this.#handshakes.begin(request, connection, upgrade.url.href, this.#observer.clock.monotonic());
  }

  #headersSent({ request, socket }: HeadersSent): void {
    const handshake = this.#handshakes.of(request);
    if (handshake) this.#handshakes.sent(handshake, socket);
  }

  #answered({ request, response: { statusCode } }: HeadersReceived): void {
    const handshake = this.#handshakes.of(request);
    if (!handshake || statusCode === SWITCHING_PROTOCOLS) return;
    this.#handshakes.end(handshake);
    this.#observer.refused(handshake.connection, statusCode, String(statusCode));
  }

  #requestFailed({ request, error }: RequestFailed): void {
    const handshake = this.#handshakes.of(request);
    if (!handshake) return;
    this.#handshakes.end(handshake);
    this.#observer.refused(handshake.connection, undefined, failureOf(handshake, error));
  }

  #opened(message: WebSocketOpened): void {
    const handshake = this.#handshakes.opened(message);
    if (!handshake?.socket) return;
    const { connection, socket } = handshake;
    this.#observer.opened(connection, message.protocol ?? '');
    const tap = new SocketTap(socket, connection, this.#observer);
    this.#taps.add(tap);
    this.#nameless = tap;
    if (!message.websocket) return;
    this.addWebSocketClass(message.websocket);
    this.#name(message.websocket);
  }

  /** Also of a WebSocket that never opened, whose class may not have been seen yet. */
  #closed({ websocket }: WebSocketClosed): void {
    this.#failedToOpen(websocket);
  }

  #name(webSocket: UndiciWebSocket): void {
    const tap = this.#nameless;
    if (!tap) return;
    this.#nameless = null;
    this.#openedOnce.add(webSocket);
    this.#sockets.taps.set(webSocket, tap);
    const early = this.#sockets.earlyCloses.get(webSocket);
    if (early) this.#observer.closeSent(tap.connection, ...early);
    else tap.closeSentUnseen = webSocket.readyState === READY_STATE_CLOSING;
  }

  #failedToOpen(webSocket: UndiciWebSocket): void {
    if (this.#openedOnce.has(webSocket)) return;
    const handshake = this.#handshakes.rejected(webSocket.url);
    if (handshake) this.#observer.refused(handshake.connection, undefined, 'invalid_handshake');
  }

  #untap(tap: SocketTap): void {
    tap.remove();
    this.#taps.delete(tap);
  }

  /** The global class, where the application has touched it: its getter would load undici, and is left alone. */
  #patchGlobalClass(): void {
    const touched: unknown = Object.getOwnPropertyDescriptor(globalThis, 'WebSocket')?.value;
    if (typeof touched === 'function') this.addWebSocketClass(touched.prototype);
  }

  #patch(prototype: object, patches: MethodPatches): void {
    patchWebSocket(prototype, patches, this.#observer, this.#sockets);
  }
}

/** undici aborts its request both for the application's `close()` and where it does not accept the server's answer. */
function failureOf(handshake: Handshake, error: unknown): string {
  if (!(error instanceof Error && error.name === 'AbortError')) return errorTypeOf(error);
  return isAnswered(handshake) ? 'invalid_handshake' : 'aborted';
}
