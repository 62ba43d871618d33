import type { Connection } from '../connection.ts';
import type { Guard } from '../guard.ts';
import { MethodPatches } from '../ws/method-patch.ts';
import type { EngineModule, EngineSocket, EngineTransport } from './engine-shapes.ts';

/** Where a transport goes away by itself, this is what engine.io is going to say, after the close span is written. */
const TRANSPORT_CLOSE = 'transport close';

/** Every way in which either package is told of the end; engine.io-client renamed its own in 6.6. */
const ON_CLOSE = ['onClose', '_onClose'];

/**
 * Takes the reasons that engine.io 6, and so socket.io 4, gives for a close ("ping timeout", "transport error", "forced
 * close") for the close spans of its WebSockets, in every copy of engine.io and engine.io-client that is loaded.
 */
export class EngineAdapter {
  readonly #guard: Guard;
  readonly #connectionOf: (webSocket: object) => Connection | undefined;
  readonly #prototypes = new Set<object>();
  /** Null while disabled. */
  #patches: MethodPatches | null = null;

  constructor(guard: Guard, connectionOf: (webSocket: object) => Connection | undefined) {
    this.#guard = guard;
    this.#connectionOf = connectionOf;
  }

  /** Remembers a copy of engine.io or engine.io-client, and patches it once enabled. */
  add(module: unknown): void {
    const prototype = module ? (module as EngineModule).Socket?.prototype : undefined;
    const base = prototype && baseOf(prototype);
    if (!base || this.#prototypes.has(base)) return;
    this.#prototypes.add(base);
    if (this.#patches) this.#patch(base, this.#patches);
  }

  enable(): void {
    if (this.#patches) return;
    this.#patches = new MethodPatches();
    for (const prototype of this.#prototypes) this.#patch(prototype, this.#patches);
  }

  disable(): void {
    this.#patches?.restore();
    this.#patches = null;
  }

  #patch(prototype: object, patches: MethodPatches): void {
    const guard = this.#guard;
    const says = (transport: EngineTransport | null | undefined, reason: unknown): void =>
      this.#says(transport, reason);
    patches.method(
      prototype,
      'setTransport',
      original =>
        function setTransport(this: EngineSocket, ...args: unknown[]): unknown {
          guard.run('engine.io transport', () => says(args[0] as EngineTransport, TRANSPORT_CLOSE));
          return original.apply(this, args);
        },
    );
    for (const name of ON_CLOSE.filter(method => Object.hasOwn(prototype, method))) {
      patches.method(
        prototype,
        name,
        original =>
          function onClose(this: EngineSocket, ...args: unknown[]): unknown {
            if (this.readyState !== 'closed') guard.run('engine.io close', () => says(this.transport, args[0]));
            return original.apply(this, args);
          },
      );
    }
  }

  #says(transport: EngineTransport | null | undefined, reason: unknown): void {
    const webSocket = transport?.ws ?? transport?.socket;
    if (typeof webSocket !== 'object' || webSocket === null || typeof reason !== 'string') return;
    const connection = this.#connectionOf(webSocket);
    if (connection) connection.libraryReason = reason;
  }
}

/** engine.io-client's `Socket` inherits from the class that does the work. */
function baseOf(prototype: object): object | null {
  let base: object | null = prototype;
  while (base && !Object.hasOwn(base, 'setTransport')) base = Object.getPrototypeOf(base);
  return base;
}
