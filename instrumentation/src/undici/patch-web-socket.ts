import type { ConnectionObserver } from '../connection-observer.ts';
import { errorTypeOf } from '../ws/error-type.ts';
import type { MethodPatches } from '../ws/method-patch.ts';
import type { SocketTap } from './socket-tap.ts';
import {
  READY_STATE_CLOSED,
  READY_STATE_CLOSING,
  READY_STATE_OPEN,
  type UndiciEvent,
  type UndiciWebSocket,
} from './undici-shapes.ts';

/** What the patched class and the diagnostics channels have in common. */
export interface OpenWebSockets {
  /** The taps of the WebSockets that are open. */
  taps: WeakMap<object, SocketTap>;
  /** Codes and reasons that an application sent from its `open` handler, which undici calls before the channel. */
  earlyCloses: WeakMap<object, [code: number, reason: string]>;
  /** A WebSocket is about to hear that it is open. */
  opening(webSocket: UndiciWebSocket): void;
  /** A WebSocket that never opened is about to hear of it. */
  failedToOpen(webSocket: UndiciWebSocket): void;
  /** A WebSocket is closed. */
  closed(tap: SocketTap): void;
}

/**
 * Follows undici's WebSocket by the events that it dispatches to itself, before the application hears of them, so that no
 * listener is added; runs the handlers of `error` and `close` so that a reconnect from there is known as one.
 */
export function patchWebSocket(
  prototype: object,
  patches: MethodPatches,
  observer: ConnectionObserver,
  sockets: OpenWebSockets,
): void {
  patches.method(
    prototype,
    'dispatchEvent',
    original =>
      function dispatchEvent(this: UndiciWebSocket, ...args: unknown[]): unknown {
        const event = args[0] as UndiciEvent | undefined;
        if (event?.type === 'message' || !patches.active) return original.apply(this, args);
        const tap = observer.guard.run('undici event', () => seen(this, event));
        if (!tap || event?.type === 'open') return original.apply(this, args);
        return observer.runHandlers(tap.connection, () => original.apply(this, args));
      },
  );

  patches.method(
    prototype,
    'close',
    original =>
      function close(this: UndiciWebSocket, ...args: unknown[]): unknown {
        const tap = sockets.taps.get(this);
        if (!tap) return closeEarly(this, original, args);
        tap.closingByApplication = true;
        try {
          return original.apply(this, args);
        } finally {
          tap.closingByApplication = false;
        }
      },
  );

  function seen(webSocket: UndiciWebSocket, event: UndiciEvent | undefined): SocketTap | undefined {
    if (!event) return undefined;
    if (event.type === 'open') sockets.opening(webSocket);
    const tap = sockets.taps.get(webSocket);
    if (!tap && event.type === 'error') sockets.failedToOpen(webSocket);
    if (!tap) return undefined;
    if (event.type === 'error' && event.message) tap.failed(codeFromText(event.message), event.message);
    if (event.type === 'close' && webSocket.readyState === READY_STATE_CLOSED) closed(webSocket, tap, event);
    return tap;
  }

  function closed(webSocket: UndiciWebSocket, tap: SocketTap, { code = 1006, wasClean = false }: UndiciEvent): void {
    sockets.taps.delete(webSocket);
    sockets.closed(tap);
    const transportError = tap.error === undefined ? undefined : errorTypeOf(tap.error);
    observer.closed(tap.connection, { codeReported: code, clean: wasClean, transportError });
  }

  function closeEarly(webSocket: UndiciWebSocket, original: (...args: unknown[]) => unknown, args: unknown[]): unknown {
    const before = webSocket.readyState;
    const answer = original.apply(webSocket, args);
    const after = webSocket.readyState;
    if (before === READY_STATE_OPEN && after === READY_STATE_CLOSING) {
      const [code, reason = ''] = args;
      const sent = code === undefined ? (reason === '' ? 1005 : 1000) : Number(code);
      sockets.earlyCloses.set(webSocket, [sent, String(reason)]);
    }
    return answer;
  }
}

/** The code that undici 6 would have sent: it fails a connection without a close frame, and says why in its `error` event. */
function codeFromText(text: string): number {
  if (/utf-?8/i.test(text)) return 1007;
  return /payload length|exceed/i.test(text) ? 1009 : 1002;
}
