// The parts of engine.io and engine.io-client 6 that are patched or read.

/** The `Socket` of either package, which outlives its transports: long polling may come before the WebSocket. */
export interface EngineSocket {
  readyState: string;
  transport?: EngineTransport | null;
}

/** A transport. One that is no WebSocket has neither property, or something else in it. */
export interface EngineTransport {
  /** At the client: a WebSocket of `ws`, or Node's own. Comes first, as `socket` is the engine's there. */
  ws?: unknown;
  /** At the server: a WebSocket of engine.io's own `ws`. */
  socket?: unknown;
}

/** The exports of either package. */
export interface EngineModule {
  Socket?: { prototype: object };
}
