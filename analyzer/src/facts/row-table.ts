import { CONNECT, IDENTITY_FIELDS, type IncomingRow, NONE } from './incoming-row.ts';

/** Rows that there is room for at the start. It doubles when they are full. */
const FIRST_ROWS = 1 << 10;
/** Weights are kept in parts of 1,024, so that sums of them are exact in a double and don't depend on their order. */
const WEIGHT_PARTS = 1_024;

type IdentityField = (typeof IDENTITY_FIELDS)[number];
type Texts = (string | null)[];

/**
 * Rows as columns of numbers and texts, so that a row that is only kept costs the garbage collector next to nothing. A row has
 * a number, which is another row's when it was let go. Choices are places in their lists; absent numbers are NONE or NaN.
 */
export class RowTable {
  /** Epoch milliseconds. */
  time = new Float64Array(FIRST_ROWS);
  spanHi = new Uint32Array(FIRST_ROWS);
  spanLo = new Uint32Array(FIRST_ROWS);
  weight = new Float64Array(FIRST_ROWS);
  failed = new Uint8Array(FIRST_ROWS);
  trusted = new Uint8Array(FIRST_ROWS);
  /** Of a connect row: the connection whose trace it continues. */
  parent = new Int32Array(FIRST_ROWS);
  /** And the HTTP status of the answer. */
  httpStatus = new Int32Array(FIRST_ROWS);
  /** From here on of close rows only. Seconds. */
  duration = new Float64Array(FIRST_ROWS);
  code = new Int32Array(FIRST_ROWS);
  initiator = new Uint8Array(FIRST_ROWS);
  defect = new Uint8Array(FIRST_ROWS);
  signature = new Uint8Array(FIRST_ROWS);
  sender = new Uint8Array(FIRST_ROWS);
  offset = new Float64Array(FIRST_ROWS);
  size = new Float64Array(FIRST_ROWS);
  messageIndex = new Float64Array(FIRST_ROWS);
  readonly service: string[] = [];
  readonly environment: Texts = [];
  readonly identity = Object.fromEntries(IDENTITY_FIELDS.map(field => [field, [] as Texts])) as Record<
    IdentityField,
    Texts
  >;
  readonly #free: number[] = [];
  #rows = 0;

  /** Keeps a row, and gives its number. */
  add(row: IncomingRow): number {
    const number = this.#free.pop() ?? this.#rows++;
    if (number >= this.time.length) this.#grow();
    this.time[number] = row.time;
    this.spanHi[number] = row.spanHi;
    this.spanLo[number] = row.spanLo;
    this.weight[number] = Math.round(row.weight * WEIGHT_PARTS) / WEIGHT_PARTS;
    this.failed[number] = row.isFailed ? 1 : 0;
    this.trusted[number] = row.isTrusted ? 1 : 0;
    this.service[number] = row.service;
    this.environment[number] = row.environment;
    const { identity } = this;
    identity.serviceVersion[number] = row.serviceVersion;
    identity.instance[number] = row.instance;
    identity.region[number] = row.region;
    identity.urlTemplate[number] = row.urlTemplate;
    identity.urlPath[number] = row.urlPath;
    identity.subprotocol[number] = row.subprotocol;
    identity.clientName[number] = row.clientName;
    identity.clientVersion[number] = row.clientVersion;
    identity.clientId[number] = row.clientId;
    if (row.kind === CONNECT) {
      this.parent[number] = row.parent;
      this.httpStatus[number] = row.httpStatus;
    } else this.#addClose(number, row);
    return number;
  }

  /** Takes a number back: it will be another row's. */
  release(number: number): void {
    if (number !== NONE) this.#free.push(number);
  }

  /** Of two rows that claim the same end and kind, the earlier counts, and then the smaller span id: arrival decides nothing. */
  isPreferred(row: IncomingRow, known: number): boolean {
    if (row.time !== this.time[known]) return row.time < this.time[known]!;
    if (row.spanHi !== this.spanHi[known]) return row.spanHi < this.spanHi[known]!;
    return row.spanLo < this.spanLo[known]!;
  }

  #addClose(number: number, row: IncomingRow): void {
    this.parent[number] = NONE;
    this.duration[number] = row.duration;
    this.code[number] = row.code;
    this.initiator[number] = row.initiator;
    this.defect[number] = row.defect;
    this.signature[number] = row.signature;
    this.sender[number] = row.sender;
    this.offset[number] = row.offset;
    this.size[number] = row.size;
    this.messageIndex[number] = row.messageIndex;
  }

  #grow(): void {
    this.time = grown(this.time, Float64Array);
    this.spanHi = grown(this.spanHi, Uint32Array);
    this.spanLo = grown(this.spanLo, Uint32Array);
    this.weight = grown(this.weight, Float64Array);
    this.failed = grown(this.failed, Uint8Array);
    this.trusted = grown(this.trusted, Uint8Array);
    this.parent = grown(this.parent, Int32Array);
    this.httpStatus = grown(this.httpStatus, Int32Array);
    this.duration = grown(this.duration, Float64Array);
    this.code = grown(this.code, Int32Array);
    this.initiator = grown(this.initiator, Uint8Array);
    this.defect = grown(this.defect, Uint8Array);
    this.signature = grown(this.signature, Uint8Array);
    this.sender = grown(this.sender, Uint8Array);
    this.offset = grown(this.offset, Float64Array);
    this.size = grown(this.size, Float64Array);
    this.messageIndex = grown(this.messageIndex, Float64Array);
  }
}

type Numbers = Float64Array | Uint32Array | Int32Array | Uint8Array;

/** The same numbers with twice the room. */
export function grown<Array extends Numbers>(array: Array, type: new (length: number) => Array): Array {
  const larger = new type(array.length * 2);
  larger.set(array);
  return larger;
}
