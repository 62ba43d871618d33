import type { EventEmitter } from 'node:events';
import type { ClientRequest, IncomingMessage } from 'node:http';
import type { Duplex, Writable } from 'node:stream';

// The parts of ws 8 that are patched or read. Names that begin with an underscore are internal to ws, and have been there,
// with these meanings, from 8.0.0 on.

/** ws, lib/receiver.js. */
export interface WsReceiver extends Writable {
  /** The last frame of its message. */
  _fin: boolean;
  _opcode: number;
  _fragments: Uint8Array[];
  _totalPayloadLength: number;
  /** Newer versions set it where they used to return the error. */
  _errored?: boolean;
}

/** ws, lib/sender.js. */
export type WsSender = object;

/** ws, lib/websocket.js. */
export interface WsWebSocket extends EventEmitter {
  readonly url: string;
  readonly protocol: string;
  readonly readyState: number;
  _receiver: WsReceiver | null;
  _sender: WsSender | null;
  _socket: (Duplex & { encrypted?: boolean }) | null;
  _req: ClientRequest | null;
  _closeFrameSent: boolean;
  _closeFrameReceived: boolean;
}

/** ws, lib/websocket-server.js. */
export interface WsServer extends EventEmitter {
  clients?: Set<WsWebSocket>;
  /** The class of its sockets, from 8.7 on. */
  options?: { WebSocket?: { prototype: object } };
}

/** The arguments of `WebSocketServer.prototype.handleUpgrade`. */
export type HandleUpgradeArguments = [request: IncomingMessage, socket: Duplex, head: Buffer, callback: unknown];

/** The exports of `ws`, whether required (the class, with the others on it) or imported (a namespace). */
export interface WsModule {
  WebSocket?: { prototype: object };
  WebSocketServer?: { prototype: object };
  Server?: { prototype: object };
  Receiver?: { prototype: object };
  Sender?: { prototype: object };
  default?: unknown;
  prototype?: object;
}

/** `readyState` of a WebSocket whose socket is closed. */
export const READY_STATE_CLOSED = 3;
