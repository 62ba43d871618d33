import type { Duplex } from 'node:stream';

const STATUS_LINE = /^HTTP\/1\.[01] (\d{3}) /;

/**
 * Sees the HTTP status with which a server refuses an upgrade, which it writes as the socket's last words. A listener would
 * be visible, so `end` is shadowed on the socket from the request until it is called, or until the upgrade went well.
 */
export class RefusalWatch {
  readonly #shadows = new WeakMap<Duplex, unknown>();

  /** Calls `refused` at most once. A socket that carries somebody else's shadow is left alone. */
  begin(socket: Duplex, refused: (status: number) => void): void {
    if (Object.hasOwn(socket, 'end')) return;
    const stop = (): void => this.stop(socket);
    const end = function end(this: Duplex, ...args: unknown[]): unknown {
      stop();
      const status = STATUS_LINE.exec(String(args[0] ?? ''));
      if (status) refused(Number(status[1]));
      return Reflect.apply(socket.end, socket, args);
    };
    this.#shadows.set(socket, end);
    Object.defineProperty(socket, 'end', { value: end, writable: true, enumerable: false, configurable: true });
  }

  /** Takes the shadow away, unless somebody has replaced it. */
  stop(socket: Duplex): void {
    const shadow = this.#shadows.get(socket);
    if (!shadow) return;
    this.#shadows.delete(socket);
    if (Object.getOwnPropertyDescriptor(socket, 'end')?.value === shadow) Reflect.deleteProperty(socket, 'end');
  }
}
