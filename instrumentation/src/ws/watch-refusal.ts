import type { Duplex } from 'node:stream';

const STATUS_LINE = /^HTTP\/1\.[01] (\d{3}) /;

/**
 * Calls `refused` with the HTTP status when a server answers an upgrade request with a refusal, which it writes as the
 * socket's last words. A listener would be seen, so `end` is shadowed until it is called once; when the upgrade went well
 * meanwhile (`isOver`), the call passes through. The shadow is taken away as it is called.
 */
export function watchRefusal(socket: Duplex, isOver: () => boolean, refused: (status: number) => void): void {
  const hadOwn = Object.hasOwn(socket, 'end');
  if (hadOwn) return; // somebody else's shadow: leave it alone
  const end = function end(this: Duplex, ...args: Parameters<Duplex['end']>): Duplex {
    Reflect.deleteProperty(socket, 'end');
    const status = isOver() ? null : STATUS_LINE.exec(String(args[0] ?? ''));
    if (status) refused(Number(status[1]));
    return socket.end(...args);
  };
  Object.defineProperty(socket, 'end', { value: end, writable: true, enumerable: false, configurable: true });
}
