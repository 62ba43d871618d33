import { CONNECT, type IncomingRow, NONE } from './incoming-row.ts';
import type { RowIdentity } from './row-identity.ts';

/** Rows that there is room for at the start. It doubles when they are full. */
const FIRST_ROWS = 1 << 10;
/** Weights are kept in parts of 1,024, so that sums of them are exact in a double and don't depend on their order. */
const WEIGHT_PARTS = 1_024;

// A row is 64 bytes in one place, a line of the processor's cache: rows are read long after they came, and a line is what that costs.
const DOUBLES = 8;
const [TIME, WEIGHT, DURATION] = [0, 1, 2];
const INTS = 16;
const [SPAN_HI, SPAN_LO, PARENT, HTTP_STATUS, CODE, SMALL] = [6, 7, 8, 9, 10, 11];

/** Small numbers that share one: where each begins, and as a mask how long it is. */
const FAILED = { at: 0, mask: 1 };
const TRUSTED = { at: 1, mask: 1 };
const INITIATOR = { at: 2, mask: 3 };
const DEFECT = { at: 4, mask: 7 };
const SIGNATURE = { at: 7, mask: 31 };
const SENDER = { at: 12, mask: 3 };

/** Where a payload is wrong, and what else few closes have; null where it is not known. */
export interface PayloadNumbers {
  offset: number | null;
  size: number | null;
  messageIndex: number | null;
}

/**
 * Rows as numbers, so that a row that is only kept costs the garbage collector next to nothing. A row has a number, which is
 * another row's when it was let go. Choices are places in their lists; absent numbers are NONE or NaN.
 */
export class RowTable {
  #doubles = new Float64Array(FIRST_ROWS * DOUBLES);
  #ints = new Int32Array(this.#doubles.buffer);
  readonly #identities: RowIdentity[] = [];
  readonly #clientIds: (string | null)[] = [];
  /** Of the few rows that have any. */
  readonly #payloads = new Map<number, PayloadNumbers>();
  readonly #free: number[] = [];
  #rows = 0;

  /** Keeps a row, and gives its number. */
  add(row: IncomingRow): number {
    const number = this.#free.pop() ?? this.#rows++;
    if ((number + 1) * DOUBLES > this.#doubles.length) this.#grow();
    const [doubles, ints] = [this.#doubles, this.#ints];
    const isConnect = row.kind === CONNECT;
    doubles[number * DOUBLES + TIME] = row.time;
    doubles[number * DOUBLES + WEIGHT] = Math.round(row.weight * WEIGHT_PARTS) / WEIGHT_PARTS;
    doubles[number * DOUBLES + DURATION] = isConnect ? Number.NaN : row.duration;
    ints[number * INTS + SPAN_HI] = row.spanHi;
    ints[number * INTS + SPAN_LO] = row.spanLo;
    ints[number * INTS + PARENT] = isConnect ? row.parent : NONE;
    ints[number * INTS + HTTP_STATUS] = isConnect ? row.httpStatus : NONE;
    ints[number * INTS + CODE] = isConnect ? NONE : row.code;
    let small = (row.isFailed ? 1 : 0) << FAILED.at;
    small |= (row.isTrusted ? 1 : 0) << TRUSTED.at;
    if (!isConnect) {
      small |= row.initiator << INITIATOR.at;
      if (row.defect !== 0 || row.signature !== 0 || row.sender !== 0) {
        small |= (row.defect << DEFECT.at) | (row.signature << SIGNATURE.at) | (row.sender << SENDER.at);
      }
      const { offset, size, messageIndex } = row;
      if (!(Number.isNaN(offset) && Number.isNaN(size) && Number.isNaN(messageIndex))) {
        this.#payloads.set(number, {
          offset: numberOf(offset),
          size: numberOf(size),
          messageIndex: numberOf(messageIndex),
        });
      }
    }
    ints[number * INTS + SMALL] = small;
    this.#identities[number] = row.identity;
    this.#clientIds[number] = row.clientId;
    return number;
  }

  /** Takes a number back: it will be another row's. */
  release(number: number): void {
    if (number === NONE) return;
    this.#clientIds[number] = null;
    if (this.#payloads.size > 0) this.#payloads.delete(number);
    this.#free.push(number);
  }

  /** Of two rows that claim the same end and kind, the earlier counts, and then the smaller span id: arrival decides nothing. */
  isPreferred(row: IncomingRow, known: number): boolean {
    const time = this.time(known);
    if (row.time !== time) return row.time < time;
    const spanHi = this.#ints[known * INTS + SPAN_HI]! >>> 0;
    if (row.spanHi !== spanHi) return row.spanHi < spanHi;
    return row.spanLo < this.#ints[known * INTS + SPAN_LO]! >>> 0;
  }

  /** Epoch milliseconds. */
  time(row: number): number {
    return this.#doubles[row * DOUBLES + TIME]!;
  }

  weight(row: number): number {
    return this.#doubles[row * DOUBLES + WEIGHT]!;
  }

  /** Of a close row, in seconds. */
  duration(row: number): number {
    return this.#doubles[row * DOUBLES + DURATION]!;
  }

  isFailed(row: number): boolean {
    return this.#small(row, FAILED) === 1;
  }

  isTrusted(row: number): boolean {
    return this.#small(row, TRUSTED) === 1;
  }

  /** Of a connect row: the connection whose trace it continues. */
  parent(row: number): number {
    return this.#ints[row * INTS + PARENT]!;
  }

  /** Of a connect row. */
  httpStatus(row: number): number {
    return this.#ints[row * INTS + HTTP_STATUS]!;
  }

  /** This and what follows: of a close row. */
  code(row: number): number {
    return this.#ints[row * INTS + CODE]!;
  }

  initiator(row: number): number {
    return this.#small(row, INITIATOR);
  }

  defect(row: number): number {
    return this.#small(row, DEFECT);
  }

  signature(row: number): number {
    return this.#small(row, SIGNATURE);
  }

  sender(row: number): number {
    return this.#small(row, SENDER);
  }

  payload(row: number): PayloadNumbers | undefined {
    return this.#payloads.get(row);
  }

  identity(row: number): RowIdentity {
    return this.#identities[row]!;
  }

  clientId(row: number): string | null {
    return this.#clientIds[row]!;
  }

  #small(row: number, { at, mask }: { at: number; mask: number }): number {
    return (this.#ints[row * INTS + SMALL]! >>> at) & mask;
  }

  #grow(): void {
    const doubles = new Float64Array(this.#doubles.length * 2);
    doubles.set(this.#doubles);
    this.#doubles = doubles;
    this.#ints = new Int32Array(doubles.buffer);
  }
}

function numberOf(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}
