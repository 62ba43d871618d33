import { EXPECTED_UNIT } from './expected-bugs.ts';

/** Sick clients of a set of connections, and how many it would have if everybody had the same hazard. */
export interface SickAndExpected {
  sick: number;
  expected: number;
  /** Clients that were sick shortly before: who usually is. */
  earlier: number;
}

/** Connections summed up by a key of 24 bits: few keys, and one look-up for each of very many connections, so that it is a hash table of numbers. */
export class CohortCells {
  private keys = new Int32Array(FIRST_SIZE).fill(FREE);
  private sick = new Float64Array(FIRST_SIZE);
  private expected = new Float64Array(FIRST_SIZE);
  private earlier = new Float64Array(FIRST_SIZE);
  private used = 0;

  /** `expected` in units of `EXPECTED_UNIT`. */
  add(key: number, { sick = 0, expected = 0, earlier = 0 }: Partial<SickAndExpected>): void {
    const place = this.placeOf(key);
    if (this.keys[place] === FREE) {
      this.keys[place] = key;
      if (++this.used * 2 > this.keys.length) {
        this.grow();
        this.add(key, { sick, expected, earlier });
        return;
      }
    }
    this.sick[place]! += sick;
    this.expected[place]! += expected;
    this.earlier[place]! += earlier;
  }

  /** Over the cells whose keys have all bits of `bits`; expected in bugs. */
  sumOf(bits: number): SickAndExpected {
    let sick = 0;
    let expected = 0;
    let earlier = 0;
    for (let place = 0; place < this.keys.length; place++) {
      const key = this.keys[place]!;
      if (key === FREE || (key & bits) !== bits) continue;
      sick += this.sick[place]!;
      expected += this.expected[place]!;
      earlier += this.earlier[place]!;
    }
    return { sick, expected: expected / EXPECTED_UNIT, earlier };
  }

  /** Where the key is, or would be: open addressing by linear probing. */
  private placeOf(key: number): number {
    const { keys } = this;
    const last = keys.length - 1;
    let place = (Math.imul(key, SPREAD) >>> 8) & last;
    while (keys[place] !== key && keys[place] !== FREE) place = (place + 1) & last;
    return place;
  }

  private grow(): void {
    const { keys, sick, expected, earlier } = this;
    this.keys = new Int32Array(keys.length * 2).fill(FREE);
    this.sick = new Float64Array(keys.length * 2);
    this.expected = new Float64Array(keys.length * 2);
    this.earlier = new Float64Array(keys.length * 2);
    this.used = 0;
    for (const [place, key] of keys.entries()) {
      if (key === FREE) continue;
      this.add(key, { sick: sick[place]!, expected: expected[place]!, earlier: earlier[place]! });
    }
  }
}

const FREE = -1;
const FIRST_SIZE = 256; // a power of two
/** Knuth's multiplicative hashing: 2^32 over the golden ratio, odd. */
const SPREAD = 0x9e3779b1;
