/** Functions that want to hear of something, each independent of the others' failures. */
export class Listeners<Value> {
  private readonly listeners = new Set<(value: Value) => void>();
  private readonly failed: (error: unknown) => void;

  /** `failed` hears of what a listener throws. */
  constructor(failed: (error: unknown) => void) {
    this.failed = failed;
  }

  /** Returns the function that takes the listener away again. */
  add(listener: (value: Value) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  call(value: Value): void {
    for (const listener of this.listeners) {
      try {
        listener(value);
      } catch (error) {
        this.failed(error);
      }
    }
  }
}
