/** What is kept about objects that are not ours, as a WeakMap keeps it. */
export interface PrivateState<State> {
  get(object: object): State | undefined;
  set(object: object, state: State): void;
  delete(object: object): void;
}

/** A class that extends this one puts its private fields on the object that its constructor is given. */
export class Stamp {
  constructor(object: object) {
    // biome-ignore lint/correctness/noConstructorReturn: so that the extending class adds its fields to this object
    return object;
  }
}

/**
 * A private field that is put on foreign objects: no reflection, proxy or serialization sees it, and it goes with its object, as a
 * WeakMap's entry does. It is read and written as a property is, where a WeakMap takes a look-up by hash, and work of the garbage
 * collector for each entry: for what is read per message, or kept per connection.
 */
export function privateState<State>(): PrivateState<State> {
  class Stamped extends Stamp {
    #state: State | undefined;

    constructor(object: object, state: State) {
      super(object);
      this.#state = state;
    }

    static get(object: object): State | undefined {
      return #state in object ? object.#state : undefined;
    }

    static set(object: object, state: State): void {
      if (#state in object) object.#state = state;
      else new Stamped(object, state);
    }

    static delete(object: object): void {
      if (#state in object) object.#state = undefined;
    }
  }
  return Stamped;
}
