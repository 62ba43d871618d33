import * as undici from 'undici';
import * as undici7 from 'undici-7';

/** A WebSocket as browsers have it. Constructed with the subprotocols, or with undici's options in their place. */
export type StandardWebSocket = InstanceType<typeof undici.WebSocket>;

/** Every undici that is supported, and the one that Node brings. */
export const WEB_SOCKET_CLASSES: readonly (readonly [name: string, WebSocketClass: typeof undici.WebSocket])[] = [
  ['undici 8', undici.WebSocket],
  ['undici 7', undici7.WebSocket as unknown as typeof undici.WebSocket],
  ["Node's global WebSocket", globalThis.WebSocket as unknown as typeof undici.WebSocket],
];

/** Resolves at the next event of that name. */
export function next(webSocket: StandardWebSocket, event: 'open' | 'close' | 'error'): Promise<Event> {
  return new Promise(resolve => webSocket.addEventListener(event, resolve as never, { once: true }));
}
