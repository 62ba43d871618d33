import type { ClientIdentity } from './client-identity.ts';
import { setClientFromReader } from './identity-reader.ts';

/** What is read of graphql-ws' server context: `connection_init`'s payload, and the WebSocket under it. */
export interface ConnectionInitContext {
  readonly connectionParams?: Readonly<Record<string, unknown>> | undefined;
  readonly extra: unknown;
}

/**
 * Makes a reader of graphql-ws' `connection_init`, to be called from the application's own `onConnect`:
 *
 *     const identify = clientFromConnectionInit(params => ({ name: String(params.app), version: String(params.version) }));
 *     useServer({ schema, onConnect: ctx => identify(ctx) }, wss);
 *
 * Works where graphql-ws has the WebSocket in `extra.socket`: `graphql-ws/use/ws` and `graphql-ws/use/@fastify/websocket`. What
 * `read` gives is recorded, and nothing else of the payload. One that throws changes nothing. The answer is undefined, which
 * lets the client in.
 */
export function clientFromConnectionInit(
  read: (params: Readonly<Record<string, unknown>>) => ClientIdentity | undefined,
): (context: ConnectionInitContext) => void {
  return ({ connectionParams, extra }) => {
    const { socket } = (extra ?? {}) as { socket?: unknown };
    if (connectionParams) setClientFromReader(socket, () => read(connectionParams));
  };
}
