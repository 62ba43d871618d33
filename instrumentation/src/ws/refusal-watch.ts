import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type Method, MethodPatches } from './method-patch.ts';
import { privateState } from './private-state.ts';

const STATUS_LINE = /^HTTP\/1\.[01] (\d{3}) /;

/**
 * Sees the HTTP status with which a server refuses an upgrade, which it writes as the socket's last words, in `end`. A listener
 * would be visible. An own `end` on each socket would have to be deleted again, which leaves V8 with a slow object of twice
 * the size for as long as the connection lives; so sockets of `net` and `tls` share a patch of their prototype, from the first
 * upgrade until `restore`. Other streams that an application hands to `handleUpgrade` are shadowed one by one.
 */
export class RefusalWatch {
  readonly #pending = privateState<(status: number) => void>();
  readonly #shadows = new WeakMap<Duplex, unknown>();
  #patches: MethodPatches | null = null;

  /** Calls `refused` at most once, from here until `stop`. */
  begin(socket: Duplex, refused: (status: number) => void): void {
    this.#pending.set(socket, refused);
    if (socket instanceof Socket) this.#patches ??= this.#patchSockets();
    else if (!Object.hasOwn(socket, 'end')) this.#shadow(socket);
  }

  /** The upgrade went well, or its refusal was seen. A shadow that somebody has replaced stays. */
  stop(socket: Duplex): void {
    this.#pending.delete(socket);
    if (!(socket instanceof Socket)) this.#unshadow(socket);
  }

  /** Takes the patch of `net`'s sockets out. */
  restore(): void {
    this.#patches?.restore();
    this.#patches = null;
  }

  #patchSockets(): MethodPatches {
    const watch = this;
    const patches = new MethodPatches();
    patches.method(
      Socket.prototype,
      'end',
      original =>
        function end(this: Socket, ...args: unknown[]): unknown {
          watch.#ends(this, args[0]);
          return original.apply(this, args);
        },
    );
    return patches;
  }

  #shadow(socket: Duplex): void {
    const watch = this;
    const original = socket.end as Method;
    const end = function end(this: Duplex, ...args: unknown[]): unknown {
      watch.#ends(socket, args[0]);
      return original.apply(this, args);
    };
    this.#shadows.set(socket, end);
    Object.defineProperty(socket, 'end', { value: end, writable: true, enumerable: false, configurable: true });
  }

  #unshadow(socket: Duplex): void {
    const shadow = this.#shadows.get(socket);
    if (!shadow) return;
    this.#shadows.delete(socket);
    if (Object.getOwnPropertyDescriptor(socket, 'end')?.value === shadow) Reflect.deleteProperty(socket, 'end');
  }

  #ends(socket: Duplex, lastWords: unknown): void {
    const refused = this.#pending.get(socket);
    if (!refused) return;
    this.stop(socket);
    const status = STATUS_LINE.exec(String(lastWords ?? ''));
    if (status) refused(Number(status[1]));
  }
}
