import type { ClientRequest, IncomingMessage } from 'node:http';
import type { Connection } from '../connection.ts';
import type { ConnectionObserver } from '../connection-observer.ts';
import { errorTypeOf } from './error-type.ts';
import type { MethodPatches } from './method-patch.ts';
import type { ConnectionsByReceiver } from './patch-receiver.ts';
import type { RefusalWatch } from './refusal-watch.ts';
import { upgradeRequestFromClient } from './upgrade-request.ts';
import type { ConnectionsByObject } from './ws-adapter.ts';
import { READY_STATE_CLOSED, type WsWebSocket } from './ws-shapes.ts';

/**
 * Follows a WebSocket by its own events, seen in `emit`, so that no listener is added. A client's handshake is seen where
 * ws keeps its request (`_req`): a constructor can't be replaced for those who have imported the class already. `found` is
 * called with what belongs to a socket that opens, for the copies of ws that show only their WebSocket class.
 */
export function patchWebSocket(
  prototype: object,
  patches: MethodPatches,
  observer: ConnectionObserver,
  connections: ConnectionsByObject,
  refusals: RefusalWatch,
  receivers: ConnectionsByReceiver,
  found: (receiver: object, sender: object) => void,
): void {
  patches.firstAssignment(prototype, '_req', (target, value) => {
    if (!value) return;
    observer.guard.run('client handshake', () => beginHandshake(target as WsWebSocket, value as ClientRequest));
  });

  patches.method(prototype, 'emit', original => {
    const other = function other(this: WsWebSocket, ...args: unknown[]): unknown {
      if (!patches.active || args[0] === 'message') return original.apply(this, args);
      const connection = observer.guard.run('event', () => seen(this, args));
      if (!connection || (args[0] !== 'error' && args[0] !== 'close')) return original.apply(this, args);
      return observer.runHandlers(connection, () => original.apply(this, args));
    };
    const parent = Object.getPrototypeOf(prototype);
    const isInherited = !Object.hasOwn(prototype, 'emit');
    // Messages pass here. Arguments that are only handed on, and captured by no closure, cost no allocation. `original` would look up the
    // inherited method by a name that differs from patch to patch, which V8 can't inline.
    return function emit(this: WsWebSocket, ...args: unknown[]): unknown {
      return isInherited && args[0] === 'message' && args.length === 3
        ? parent.emit.call(this, args[0], args[1], args[2])
        : other.apply(this, args);
    };
  });

  patches.method(
    prototype,
    'terminate',
    original =>
      function terminate(this: WsWebSocket, ...args: unknown[]): unknown {
        const connection = connections.get(this);
        if (connection?.openedAt != null) connection.signals.terminated(observer.clock.monotonic());
        return original.apply(this, args);
      },
  );

  function beginHandshake(webSocket: WsWebSocket, request: ClientRequest): void {
    const connection = observer.connecting(upgradeRequestFromClient(webSocket.url, request), null);
    connections.set(webSocket, connection);
    inject(connection, request);
  }

  function inject(connection: Connection, request: ClientRequest): void {
    if (request.headersSent) return;
    observer.inject(connection, request, { set: (carrier, name, value) => carrier.setHeader(name, value) });
  }

  /** Takes note of an event before the application hears of it. */
  function seen(webSocket: WsWebSocket, [event, first, second]: unknown[]): Connection | undefined {
    if (event === 'open') return opened(webSocket);
    const connection = connections.get(webSocket);
    if (!connection) return undefined;
    if (event === 'redirect') inject(connection, second as ClientRequest);
    else if (event === 'unexpected-response') {
      const status = (second as IncomingMessage).statusCode;
      observer.refused(connection, status, String(status));
    } else if (event === 'error') observer.refused(connection, undefined, errorTypeOf(first));
    else if (event === 'close') closed(webSocket, connection, first);
    return connection;
  }

  /** Both roles: the receiver and the sender are there, and nothing has come in yet. */
  function opened(webSocket: WsWebSocket): Connection | undefined {
    const { _receiver: receiver, _sender: sender, _socket: socket } = webSocket;
    if (!receiver || !sender || !socket) return undefined;
    const connection = connections.get(webSocket) ?? connections.get(socket);
    if (!connection) return undefined;
    connections.delete(socket);
    refusals.stop(socket);
    found(receiver, sender);
    receivers.set(receiver, connection);
    for (const object of [webSocket, sender]) connections.set(object, connection);
    observer.opened(connection, webSocket.protocol);
    return connection;
  }

  function closed(webSocket: WsWebSocket, connection: Connection, code: unknown): void {
    if (webSocket.readyState !== READY_STATE_CLOSED) return; // somebody else's `emit`
    observer.refused(connection, undefined, 'aborted');
    observer.closed(connection, {
      codeReported: Number(code),
      clean: webSocket._closeFrameSent && webSocket._closeFrameReceived,
      transportError: webSocket._socket?.errored ? errorTypeOf(webSocket._socket.errored) : undefined,
    });
  }
}
