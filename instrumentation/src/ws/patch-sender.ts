import type { Connection } from '../connection.ts';
import type { ConnectionObserver } from '../connection-observer.ts';
import type { MethodPatches } from './method-patch.ts';
import type { ConnectionsByObject } from './ws-adapter.ts';
import type { WsSender } from './ws-shapes.ts';

/** Takes note of each close frame that goes out, whoever caused it: the application, an echo, or a failure. */
export function patchSender(
  prototype: object,
  patches: MethodPatches,
  observer: ConnectionObserver,
  connections: ConnectionsByObject,
): void {
  patches.method(
    prototype,
    'close',
    original =>
      function close(this: WsSender, ...args: unknown[]): unknown {
        const answer = original.apply(this, args); // throws for a code or a reason that can't be sent
        const connection = connections.get(this);
        if (connection) observer.guard.run('close sent', () => sent(connection, args));
        return answer;
      },
  );

  function sent(connection: Connection, [code, reason]: unknown[]): void {
    observer.closeSent(connection, typeof code === 'number' ? code : 1005, textOf(reason));
  }
}

/** ws takes a string or bytes; an echo's are empty, mostly. */
function textOf(reason: unknown): string {
  if (typeof reason === 'string') return reason;
  return reason instanceof Uint8Array && reason.length > 0 ? Buffer.from(reason).toString() : '';
}
