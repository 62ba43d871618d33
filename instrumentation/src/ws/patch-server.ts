import type { Connection } from '../connection.ts';
import type { ConnectionObserver } from '../connection-observer.ts';
import type { MethodPatches } from './method-patch.ts';
import type { RefusalWatch } from './refusal-watch.ts';
import { upgradeRequestFromServer } from './upgrade-request.ts';
import type { ConnectionsByObject } from './ws-adapter.ts';
import type { HandleUpgradeArguments, WsServer } from './ws-shapes.ts';

/** Begins a server's connections: the request is known here, and its WebSocket is recognised by the socket when it opens. */
export function patchServer(
  prototype: object,
  patches: MethodPatches,
  observer: ConnectionObserver,
  connections: ConnectionsByObject,
  refusals: RefusalWatch,
): void {
  patches.method(
    prototype,
    'handleUpgrade',
    original =>
      function handleUpgrade(this: WsServer, ...args: unknown[]): unknown {
        if (!patches.active) return original.apply(this, args);
        const connection = observer.guard.run('server handshake', () => begin(this, args as HandleUpgradeArguments));
        if (!connection) return original.apply(this, args);
        try {
          return original.apply(this, args);
        } finally {
          // It threw, or it gave up silently on a client that had gone already.
          if ((args as HandleUpgradeArguments)[1].destroyed) {
            observer.guard.run('server handshake', () => observer.refused(connection, undefined, 'aborted'));
          }
        }
      },
  );

  patches.method(
    prototype,
    'close',
    original =>
      function close(this: WsServer, ...args: unknown[]): unknown {
        if (patches.active) observer.guard.run('server close', () => observer.draining(this));
        return original.apply(this, args);
      },
  );

  function begin(server: WsServer, [request, socket]: HandleUpgradeArguments): Connection {
    const connection = observer.connecting(upgradeRequestFromServer(request), server);
    connections.set(socket, connection);
    refusals.begin(socket, status => {
      connections.delete(socket);
      observer.guard.run('server handshake', () => observer.refused(connection, status, String(status)));
    });
    return connection;
  }
}
