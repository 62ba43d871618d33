/** A `WebSocketServer` of `ws`, or of a class that extends it. */
export interface AnyWebSocketServer {
  handleUpgrade(...args: never[]): void;
}

/** A `WebSocket` class: of `ws`, of undici, Node's global one, or one that extends it. */
export type AnyWebSocketClass = abstract new (...args: never[]) => { close(code?: number, reason?: string): void };

/** What an instrumentation does with the explicit calls; each answers false for what it does not know. */
export interface ExplicitInstrumentation {
  server(server: object): boolean;
  webSocketClass(prototype: object): boolean;
}

/** On the global object, so that a copy of this package in an application's bundle reaches the instrumentation of another copy. */
const REGISTRY = Symbol.for('@closewatch/instrumentation.explicit.v1');

/**
 * Instruments a server whose `ws` no module hook can see, because a bundler has put it into the application. To be called
 * before the server takes connections; those of all servers of the same copy of `ws` are followed from then on. Up to ws
 * 8.6 a server does not know its WebSocket class: call `instrumentWebSocketClass` too. Answers whether an instrumentation
 * is there to take it; throws a TypeError for anything but a server of `ws`.
 */
export function instrumentWebSocketServer(server: AnyWebSocketServer): boolean {
  if (typeof server?.handleUpgrade !== 'function') {
    throw new TypeError(`expected a WebSocketServer of ws, got ${describe(server)}`);
  }
  return [...registry()].filter(instrumentation => instrumentation.server(server)).length > 0;
}

/**
 * Instruments a client's class that no module hook can see, because a bundler has put its `ws` into the application: the
 * sockets that are made of it from then on. undici's class and the global one are found without this, but for what the
 * first socket's own `open` handler does. Answers whether an instrumentation is there to take it; throws a TypeError for
 * anything but a class.
 */
export function instrumentWebSocketClass(WebSocketClass: AnyWebSocketClass): boolean {
  if (typeof WebSocketClass !== 'function' || typeof WebSocketClass.prototype?.close !== 'function') {
    throw new TypeError(`expected a WebSocket class, got ${describe(WebSocketClass)}`);
  }
  const { prototype } = WebSocketClass;
  return [...registry()].filter(instrumentation => instrumentation.webSocketClass(prototype)).length > 0;
}

/** Lets the explicit calls reach an instrumentation. Answers how to take it out again. */
export function onExplicitCall(instrumentation: ExplicitInstrumentation): () => void {
  registry().add(instrumentation);
  return () => registry().delete(instrumentation);
}

function registry(): Set<ExplicitInstrumentation> {
  const holder = globalThis as { [REGISTRY]?: Set<ExplicitInstrumentation> };
  holder[REGISTRY] ??= new Set();
  return holder[REGISTRY];
}

function describe(value: unknown): string {
  return typeof value === 'function'
    ? `the function ${value.name || '(anonymous)'}`
    : value === null
      ? 'null'
      : typeof value;
}
