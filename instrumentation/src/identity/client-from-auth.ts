import type { ClientIdentity } from './client-identity.ts';
import { setClientFromReader } from './identity-reader.ts';

/** What is read of a socket.io server's socket: the handshake's `auth`, and the engine's connection under it. */
export interface AuthenticatingSocket {
  readonly handshake: { readonly auth: Readonly<Record<string, unknown>> };
  readonly conn: {
    /** `socket` is the WebSocket, where the transport is one. */
    readonly transport: object;
    once(event: 'upgrade', listener: (transport: object) => void): unknown;
  };
}

/**
 * Makes a socket.io middleware that reads the handshake's `auth`:
 *
 *     io.use(clientFromAuth(auth => ({ name: String(auth.app), version: String(auth.version) })));
 *
 * A connection that begins with polling is identified when it moves to a WebSocket. What `read` gives is recorded, and nothing
 * else of `auth`. One that throws changes nothing; the client is always let in.
 */
export function clientFromAuth(
  read: (auth: Readonly<Record<string, unknown>>) => ClientIdentity | undefined,
): (socket: AuthenticatingSocket, next: () => void) => void {
  return ({ handshake, conn }, next) => {
    const identify = (transport: object): void => {
      setClientFromReader(webSocketUnder(transport), () => read(handshake.auth));
    };
    if (webSocketUnder(conn.transport) === undefined) conn.once('upgrade', identify);
    else identify(conn.transport);
    next();
  };
}

function webSocketUnder(transport: object): unknown {
  return 'socket' in transport ? transport.socket : undefined;
}
