import type { Socket } from 'node:net';
import type { Connection } from '../connection.ts';
import type { UndiciRequest, WebSocketOpened } from './undici-shapes.ts';

/** Handshakes that are waited for at a time in one process, about 1 kB each. Past that the oldest is forgotten, and counted. */
const MAX_PENDING_HANDSHAKES = 10_000;

/** undici gives up after 300 s without headers (its `headersTimeout`): what is older was no WebSocket's (`upgrade()`, WebSocketStream). */
const MAX_AGE_MILLIS = 310_000;

/** A WebSocket's request that has no answer yet. */
export interface Handshake {
  request: UndiciRequest;
  connection: Connection;
  /** As the WebSocket's own `url` says, without credentials. */
  url: string;
  /** Monotonic milliseconds. */
  since: number;
  /** Set when the request is written. */
  socket: Socket | null;
  /** The socket's own end, as a key; empty before. */
  address: string;
  /** Bytes that the socket had received before, in another request or a TLS handshake. */
  bytesBefore: number;
}

/** The handshakes under way, by request first, and by the socket's local address once it is open. */
export class Handshakes {
  readonly #byRequest = new WeakMap<UndiciRequest, Handshake>();
  readonly #pending = new Set<Handshake>();
  /** Those whose request is written, by the socket's own end. */
  readonly #byAddress = new Map<string, Handshake>();
  readonly #dropped: () => void;

  /** `dropped` is called for a handshake that is forgotten because too many are under way. */
  constructor(dropped: () => void) {
    this.#dropped = dropped;
  }

  begin(request: UndiciRequest, connection: Connection, url: string, since: number): void {
    const handshake = { request, connection, url, since, socket: null, address: '', bytesBefore: 0 };
    this.#forgetOld(since);
    this.#byRequest.set(request, handshake);
    this.#pending.add(handshake);
  }

  /** The handshake that a request is, while it is under way. */
  of(request: UndiciRequest): Handshake | undefined {
    return this.#byRequest.get(request);
  }

  /** The request goes out over this socket. */
  sent(handshake: Handshake, socket: Socket): void {
    handshake.socket = socket;
    handshake.bytesBefore = socket.bytesRead;
    handshake.address = addressKey(socket.address());
    this.#byAddress.set(handshake.address, handshake);
  }

  /** The handshake whose socket has this local address: it is over. */
  opened({ address }: WebSocketOpened): Handshake | undefined {
    const handshake = this.#byAddress.get(addressKey(address));
    if (handshake) this.end(handshake);
    return handshake;
  }

  /** The handshake whose answer undici did not accept, where it told the WebSocket alone: it is over. */
  rejected(webSocketUrl: string): Handshake | undefined {
    const url = new URL(webSocketUrl);
    url.username = url.password = '';
    for (const handshake of this.#pending) {
      if (handshake.url !== url.href || !isAnswered(handshake)) continue;
      this.end(handshake);
      return handshake;
    }
    return undefined;
  }

  end(handshake: Handshake): void {
    this.#pending.delete(handshake);
    this.#byRequest.delete(handshake.request); // which lives as long as its WebSocket
    if (this.#byAddress.get(handshake.address) === handshake) this.#byAddress.delete(handshake.address);
  }

  #forgetOld(now: number): void {
    for (const oldest of this.#pending) {
      const isFull = this.#pending.size >= MAX_PENDING_HANDSHAKES;
      if (!isFull && now - oldest.since < MAX_AGE_MILLIS) return;
      this.end(oldest);
      if (isFull) this.#dropped();
    }
  }
}

/** Whether the server has sent anything in answer. */
export function isAnswered({ socket, bytesBefore }: Handshake): boolean {
  return socket !== null && socket.bytesRead > bytesBefore;
}

/** A Unix socket has no address: two handshakes at a time over such sockets can be mistaken for each other. */
function addressKey(address: WebSocketOpened['address']): string {
  return `${address?.address ?? ''} ${address?.port ?? ''}`;
}
