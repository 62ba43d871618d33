import type { ClientIdentity } from './client-identity.ts';

/** Takes note of who is at the other end of a socket, or who we are; false where it does not know the socket. */
export type IdentifySocket = (socket: object, identity: ClientIdentity) => boolean;

/** On the global object, so that a copy of this package in an application's bundle reaches the instrumentation of another copy. */
const REGISTRY = Symbol.for('@closewatch/instrumentation.identify-socket.v1');

/**
 * Says who a connection's client is, once that is known: after a login message, say. Takes the WebSocket object that the
 * application holds, at a server or at a client, while it is open. The spans from then on carry the identity, the close span
 * above all; what it leaves undefined stays as it was. Answers whether the socket is one that is instrumented; without
 * instrumentation it does nothing. Never throws.
 */
export function setClient(socket: object, identity: ClientIdentity): boolean {
  if (typeof socket !== 'object' || socket === null) return false; // of an application without types
  for (const identify of registry()) if (identify(socket, identity)) return true;
  return false;
}

/** Lets `setClient` reach an instrumentation. Answers how to take it out again. */
export function onSetClient(identify: IdentifySocket): () => void {
  registry().add(identify);
  return () => registry().delete(identify);
}

function registry(): Set<IdentifySocket> {
  const holder = globalThis as { [REGISTRY]?: Set<IdentifySocket> };
  holder[REGISTRY] ??= new Set();
  return holder[REGISTRY];
}
