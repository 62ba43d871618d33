/** Slots at the start, a power of two. They double when half of them are taken. */
const FIRST_SLOTS = 1 << 12;
const FREE = -1;
const TEXT_HI = 0; // 0 and 0 together are no id on the wire

/** Four hex digits of each 16-bit number: an id's digits are put together of four of them. */
const HEX = Array.from({ length: 1 << 16 }, (_, number) => number.toString(16).padStart(4, '0'));

/**
 * Gives every connection id a small number, and takes it back when nothing is known of the connection any more. Ids of 16 hex
 * digits, as ours are, are kept as two 32-bit words in a hash table with open addressing; others as texts.
 */
export class ConnectionIds {
  #slots = new Int32Array(FIRST_SLOTS).fill(FREE);
  #hi = new Uint32Array(FIRST_SLOTS);
  #lo = new Uint32Array(FIRST_SLOTS);
  readonly #texts = new Map<string, number>();
  readonly #textByNumber = new Map<number, string>();
  readonly #free: number[] = [];
  /** 1 for a number that is some id's. */
  #taken = new Uint8Array(FIRST_SLOTS);
  #numbers = 0;
  #words = 0;
  /** The id that was asked for last: it is mostly asked for again at once. */
  #last = { number: FREE, id: '' };

  /** Every number is below this. */
  get end(): number {
    return this.#numbers;
  }

  /** The number of an id of 16 hex digits, given as its upper and lower half. */
  ofWords(hi: number, lo: number): number {
    const slots = this.#slots;
    const mask = slots.length - 1;
    for (let slot = hashOf(hi, lo) & mask; ; slot = (slot + 1) & mask) {
      const number = slots[slot]!;
      if (number === FREE) return this.#addWords(hi, lo, slot);
      if (this.#lo[number] === lo && this.#hi[number] === hi) return number;
    }
  }

  /** The number of any id. */
  of(id: string): number {
    if (isHex(id)) return this.ofWords(Number.parseInt(id.slice(0, 8), 16), Number.parseInt(id.slice(8), 16));
    const known = this.#texts.get(id);
    if (known !== undefined) return known;
    const number = this.#take(TEXT_HI, 0);
    this.#texts.set(id, number);
    this.#textByNumber.set(number, id);
    return number;
  }

  /** The id itself. */
  idOf(number: number): string {
    const last = this.#last;
    if (last.number === number) return last.id;
    last.number = number;
    last.id = this.#textByNumber.get(number) ?? this.#digitsOf(number);
    return last.id;
  }

  /** Takes a number back: it will be another id's. One that is nobody's stays so. */
  release(number: number): void {
    if (this.#taken[number] === 0) return;
    this.#taken[number] = 0;
    if (this.#last.number === number) this.#last.number = FREE;
    const text = this.#textByNumber.get(number);
    if (text === undefined) this.#removeWords(number);
    else {
      this.#texts.delete(text);
      this.#textByNumber.delete(number);
    }
    this.#free.push(number);
  }

  #digitsOf(number: number): string {
    const [hi, lo] = [this.#hi[number]!, this.#lo[number]!];
    return HEX[hi >>> 16]! + HEX[hi & 0xffff]! + (HEX[lo >>> 16]! + HEX[lo & 0xffff]!);
  }

  #addWords(hi: number, lo: number, slot: number): number {
    const number = this.#take(hi, lo);
    if (++this.#words * 2 > this.#slots.length) {
      this.#slots[slot] = number;
      this.#rehash();
    } else this.#slots[slot] = number;
    return number;
  }

  #take(hi: number, lo: number): number {
    const number = this.#free.pop() ?? this.#numbers++;
    if (number >= this.#hi.length) {
      this.#hi = grown(this.#hi);
      this.#lo = grown(this.#lo);
      const taken = new Uint8Array(this.#hi.length);
      taken.set(this.#taken);
      this.#taken = taken;
    }
    this.#taken[number] = 1;
    this.#hi[number] = hi;
    this.#lo[number] = lo;
    return number;
  }

  #rehash(): void {
    const old = this.#slots;
    const slots = new Int32Array(old.length * 2).fill(FREE);
    const mask = slots.length - 1;
    for (const number of old) {
      if (number === FREE) continue;
      let slot = hashOf(this.#hi[number]!, this.#lo[number]!) & mask;
      while (slots[slot] !== FREE) slot = (slot + 1) & mask;
      slots[slot] = number;
    }
    this.#slots = slots;
  }

  /** Closes the gap in its run of slots, so that no marker of something deleted is left (Knuth, volume 3, 6.4, algorithm R). */
  #removeWords(number: number): void {
    const slots = this.#slots;
    const mask = slots.length - 1;
    let gap = hashOf(this.#hi[number]!, this.#lo[number]!) & mask;
    while (slots[gap] !== number) gap = (gap + 1) & mask;
    for (let slot = (gap + 1) & mask; slots[slot] !== FREE; slot = (slot + 1) & mask) {
      const other = slots[slot]!;
      const home = hashOf(this.#hi[other]!, this.#lo[other]!) & mask;
      const staysReachable = gap <= slot ? gap < home && home <= slot : gap < home || home <= slot;
      if (staysReachable) continue;
      slots[gap] = other;
      gap = slot;
    }
    slots[gap] = FREE;
    this.#words--;
  }
}

/** Ids are random in all their bits where they are ours; another emitter may count. */
function hashOf(hi: number, lo: number): number {
  let hash = Math.imul(lo ^ Math.imul(hi, 0x9e37_79b1), 0x85eb_ca6b);
  hash ^= hash >>> 15;
  return hash >>> 0;
}

function isHex(id: string): boolean {
  return /^[\da-f]{16}$/.test(id);
}

function grown(array: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(array.length * 2);
  larger.set(array);
  return larger;
}
