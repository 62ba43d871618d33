import type { Connection } from '../connection.ts';
import type { ConnectionObserver } from '../connection-observer.ts';
import type { MethodPatches } from './method-patch.ts';
import { upgradeRequestFromServer } from './upgrade-request.ts';
import { watchRefusal } from './watch-refusal.ts';
import type { ConnectionsByObject } from './ws-adapter.ts';
import type { HandleUpgradeArguments, WsServer } from './ws-shapes.ts';

/** Begins a server's connections: the request is known here, and its WebSocket is recognised by the socket when it opens. */
export function patchServer(
  prototype: object,
  patches: MethodPatches,
  observer: ConnectionObserver,
  connections: ConnectionsByObject,
): void {
  patches.method(
    prototype,
    'handleUpgrade',
    original =>
      function handleUpgrade(this: WsServer, ...args: unknown[]): unknown {
        if (!patches.active) return original.apply(this, args);
        const connection = observer.guard.run('server handshake', () => begin(this, args as HandleUpgradeArguments));
        try {
          return original.apply(this, args);
        } catch (error) {
          if (connection)
            observer.guard.run('server handshake', () => observer.refused(connection, undefined, '_OTHER'));
          throw error;
        }
      },
  );

  patches.method(
    prototype,
    'close',
    original =>
      function close(this: WsServer, ...args: unknown[]): unknown {
        if (patches.active) observer.guard.run('server close', () => observer.serverClosing(this));
        return original.apply(this, args);
      },
  );

  function begin(server: WsServer, [request, socket]: HandleUpgradeArguments): Connection {
    const connection = observer.connecting(upgradeRequestFromServer(request), server);
    connections.set(socket, connection);
    watchRefusal(
      socket,
      () => connection.connectSpan === null,
      status => {
        connections.delete(socket);
        observer.guard.run('server handshake', () => observer.refused(connection, status, String(status)));
      },
    );
    return connection;
  }
}
