import type { Socket } from 'node:net';

// What undici's diagnostics channels publish (docs/docs/api/DiagnosticsChannel.md in undici), as far as it is read here.

/** `undici:request:create` and its siblings. */
export interface UndiciRequest {
  /** `websocket` for the handshake of a WebSocket. */
  upgrade?: unknown;
  origin: string | URL;
  path: string;
  /** Names and values in turn. */
  headers: readonly unknown[] | string;
  addHeader(name: string, value: string): void;
}

export interface RequestCreated {
  request: UndiciRequest;
}

export interface HeadersSent {
  request: UndiciRequest;
  socket: Socket;
}

export interface HeadersReceived {
  request: UndiciRequest;
  response: { statusCode: number };
}

export interface RequestFailed {
  request: UndiciRequest;
  error: unknown;
}

/** `undici:websocket:open`. undici 6, which Node 22 brings, publishes it without the WebSocket, and before the `open` event. */
export interface WebSocketOpened {
  /** The socket's own end; null for HTTP/2 without one. */
  address: { address?: string; port?: number } | null;
  protocol: string | null;
  websocket?: UndiciWebSocket;
}

/** `undici:websocket:close`. */
export interface WebSocketClosed {
  websocket: UndiciWebSocket;
}

/** The class `WebSocket` of undici, and Node's global one, which is the same. */
export interface UndiciWebSocket extends EventTarget {
  readonly url: string;
  readonly readyState: number;
}

/** The events that undici dispatches on it; an `error` event has a message in undici 6 only. */
export interface UndiciEvent extends Event {
  code?: number;
  wasClean?: boolean;
  message?: string;
}

export const READY_STATE_OPEN = 1;
export const READY_STATE_CLOSING = 2;
export const READY_STATE_CLOSED = 3;
