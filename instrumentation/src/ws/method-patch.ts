// biome-ignore lint/suspicious/noExplicitAny: a method of a foreign prototype, called on as it came
export type Method = (this: any, ...args: any[]) => unknown;

/** Replacements of methods on prototypes that are not ours, to be undone all at once. */
export class MethodPatches {
  readonly #undo: (() => void)[] = [];
  #active = true;

  /** False after `restore`: a replacement that somebody wrapped meanwhile can't be taken out, and has to step aside. */
  get active(): boolean {
    return this.#active;
  }

  /**
   * Replaces a method. `replace` gets the original, and gives the replacement, which takes the original's name, arity and
   * place. An inherited method is overridden on this prototype alone; its original is looked up at each call, as without us.
   */
  method(prototype: object, name: string, replace: (original: Method) => Method): void {
    const own = Object.getOwnPropertyDescriptor(prototype, name);
    const parent = Object.getPrototypeOf(prototype);
    const current: unknown = own ? own.value : parent[name];
    if (typeof current !== 'function') return;
    const original = own
      ? (current as Method)
      : function inherited(this: unknown, ...args: unknown[]): unknown {
          return parent[name].apply(this, args);
        };
    const replacement = replace(original);
    Object.defineProperty(replacement, 'name', { value: current.name, configurable: true });
    Object.defineProperty(replacement, 'length', { value: current.length, configurable: true });
    const attributes = own ?? { writable: true, enumerable: false, configurable: true };
    Object.defineProperty(prototype, name, { ...attributes, value: replacement });
    this.#undo.push(() => {
      if (Object.getOwnPropertyDescriptor(prototype, name)?.value !== replacement) return;
      if (own) Object.defineProperty(prototype, name, own);
      else Reflect.deleteProperty(prototype, name);
    });
  }

  /** Calls `assigned` the first time that a property is set on an object of this prototype; the property then is the object's own. */
  firstAssignment(prototype: object, name: string, assigned: (target: object, value: unknown) => void): void {
    if (Object.getOwnPropertyDescriptor(prototype, name)) return;
    const set = function (this: object, value: unknown): void {
      Object.defineProperty(this, name, { value, writable: true, enumerable: true, configurable: true });
      assigned(this, value);
    };
    Object.defineProperty(prototype, name, { get: () => undefined, set, enumerable: false, configurable: true });
    this.#undo.push(() => {
      if (Object.getOwnPropertyDescriptor(prototype, name)?.set === set) Reflect.deleteProperty(prototype, name);
    });
  }

  /** Takes every replacement out, the last one first. */
  restore(): void {
    this.#active = false;
    for (const undo of this.#undo.reverse()) undo();
    this.#undo.length = 0;
  }
}
