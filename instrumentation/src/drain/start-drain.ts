import type { AnyWebSocketServer } from '../explicit/instrument-explicitly.ts';

/** Takes note that a server begins to drain; false where it does not know the server. */
export type StartDrain = (server: object) => boolean;

/** On the global object, so that a copy of this package in an application's bundle reaches the instrumentation of another copy. */
const REGISTRY = Symbol.for('@closewatch/instrumentation.start-drain.v1');

/**
 * Says that a server of `ws` begins to drain, where neither its `close()` nor a 1012 or 1001 tells: one that asks its clients to go
 * with a message or another code, say. The drain span begins now, and ends when the last connection is gone, however long that takes;
 * a server without connections has no drain. Answers whether the server is one that is instrumented. Never throws.
 */
export function startDrain(server: AnyWebSocketServer): boolean {
  return [...registry()].filter(start => start(server)).length > 0;
}

/** Lets `startDrain` reach an instrumentation. Answers how to take it out again. */
export function onStartDrain(start: StartDrain): () => void {
  registry().add(start);
  return () => registry().delete(start);
}

function registry(): Set<StartDrain> {
  const holder = globalThis as { [REGISTRY]?: Set<StartDrain> };
  holder[REGISTRY] ??= new Set();
  return holder[REGISTRY];
}
