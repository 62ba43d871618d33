/** The arrays in which a column of a result may be kept. */
type NumberArray = Uint32Array | Float64Array;

/** Numbers of a result, of which nobody knows beforehand how many there are: one array that grows by doubling. */
export class NumberColumn<Numbers extends NumberArray> {
  readonly #make: new (
    length: number,
  ) => Numbers;
  #numbers: Numbers;
  #length = 0;

  constructor(make: new (length: number) => Numbers) {
    this.#make = make;
    this.#numbers = new make(2_048);
  }

  /** Room for `count` more numbers at the end, to be filled at once. */
  grow(count: number): Numbers {
    const length = this.#length + count;
    if (length > this.#numbers.length) {
      const larger = new this.#make(Math.max(length, this.#numbers.length * 2));
      larger.set(this.#numbers);
      this.#numbers = larger;
    }
    const room = this.#numbers.subarray(this.#length, length) as Numbers;
    this.#length = length;
    return room;
  }

  finish(): Numbers {
    return this.#numbers.slice(0, this.#length) as Numbers;
  }
}
