/** The last values of a series, with their sum. The sum is of whole numbers or kept short, so it does not drift. */
export class Ring {
  /** Oldest value at `next`, once full. */
  private readonly values: Float64Array;
  private next = 0;
  private filled = 0;
  sum = 0;

  constructor(length: number) {
    this.values = new Float64Array(length);
  }

  get full(): boolean {
    return this.filled === this.values.length;
  }

  /** Puts a value in and returns the one that falls out, 0 while there is room. */
  push(value: number): number {
    const gone = this.values[this.next]!;
    this.values[this.next] = value;
    this.next = this.next + 1 === this.values.length ? 0 : this.next + 1;
    if (this.filled < this.values.length) this.filled++;
    this.sum += value - gone;
    return gone;
  }

  /** The value that came `back` pushes ago; 1 is the newest. */
  at(back: number): number {
    const index = this.next - back;
    return this.values[index < 0 ? index + this.values.length : index]!;
  }
}
