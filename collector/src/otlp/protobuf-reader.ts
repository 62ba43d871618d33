import { viewOf } from '../batch/text-interner.ts';
import { MalformedRequestError } from './malformed-request-error.ts';

/** How deep groups may nest inside an unknown field: OTLP has none at all, and a skip must not exhaust the stack. */
const MAX_GROUP_DEPTH = 16;

/**
 * Reads the protobuf wire format in place. Every read is given the end of the message that it belongs to and throws
 * MalformedRequestError rather than look beyond it. Source: https://protobuf.dev/programming-guides/encoding/
 */
export class ProtobufReader {
  offset = 0;
  readonly bytes: Uint8Array;
  readonly view: DataView;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.view = viewOf(bytes);
  }

  /** A field's tag: its number times eight, plus its wire type. */
  tag(end: number): number {
    const tag = this.varint(end);
    if (tag < 8 || tag > 0xffffffff) throw this.malformed(`expected a field tag, got ${tag}`);
    return tag;
  }

  /** A varint of up to 64 bits as an unsigned number; exact up to 2^53. */
  varint(end: number): number {
    if (this.offset < end) {
      const byte = this.bytes[this.offset]!;
      if (byte < 0x80) {
        this.offset += 1;
        return byte;
      }
    }
    return this.#longVarint(end);
  }

  #longVarint(end: number): number {
    let value = 0;
    let unit = 1;
    for (let length = 0; length < 10; length++) {
      if (this.offset >= end) throw this.malformed('a varint ends early');
      const byte = this.bytes[this.offset++]!;
      value += (byte & 0x7f) * unit;
      if (byte < 0x80) return value;
      unit *= 128;
    }
    throw this.malformed('a varint is longer than 10 bytes');
  }

  /** A varint of 64 bits as a signed number; exact between -2^53 and 2^53. */
  int64(end: number): number {
    let low = 0;
    let high = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      if (this.offset >= end) throw this.malformed('a varint ends early');
      const byte = this.bytes[this.offset++]!;
      const bits = byte & 0x7f;
      if (shift < 28) low |= bits << shift;
      else if (shift === 28) {
        low |= bits << 28;
        high = bits >>> 4;
      } else if (shift < 70) high |= bits << (shift - 32);
      if (byte < 0x80) return (high | 0) * 0x1_0000_0000 + (low >>> 0);
    }
    throw this.malformed('a varint is longer than 10 bytes');
  }

  /** Reads a length and gives the offset at which that message, string or byte field ends. */
  lengthEnd(end: number): number {
    const length = this.varint(end);
    const fieldEnd = this.offset + length;
    if (fieldEnd > end) throw this.malformed(`a field of ${length} bytes, with ${end - this.offset} left`);
    return fieldEnd;
  }

  double(end: number): number {
    return this.view.getFloat64(this.#advance(8, end), true);
  }

  /** Fixed 64 bits as a signed number; exact between -2^53 and 2^53. */
  fixedInt64(end: number): number {
    const start = this.#advance(8, end);
    return this.view.getInt32(start + 4, true) * 0x1_0000_0000 + this.view.getUint32(start, true);
  }

  /** Fixed 64 bits of nanoseconds as whole microseconds, without a bigint; 0 for what no clock shows (past 2^53). */
  microsFromNanos(end: number): number {
    const start = this.#advance(8, end);
    const low = this.view.getUint32(start, true);
    const high = this.view.getUint32(start + 4, true);
    // 2^32 = 4,294,967 * 1000 + 296, so the quotient is exact wherever the result is a safe integer.
    const micros = high * 4_294_967 + Math.floor((high * 296 + low) / 1000);
    return Number.isSafeInteger(micros) ? micros : 0;
  }

  /** Passes over the value of a field that nobody asked for. */
  skip(tag: number, end: number, depth = 0): void {
    switch (tag & 7) {
      case 0:
        this.varint(end);
        return;
      case 1:
        this.#advance(8, end);
        return;
      case 2:
        this.offset = this.lengthEnd(end);
        return;
      case 3:
        this.#skipGroup(tag, end, depth + 1);
        return;
      case 5:
        this.#advance(4, end);
        return;
      default:
        throw this.malformed(`wire type ${tag & 7} has no meaning here`);
    }
  }

  #skipGroup(startTag: number, end: number, depth: number): void {
    if (depth > MAX_GROUP_DEPTH) throw this.malformed(`groups nest deeper than ${MAX_GROUP_DEPTH}`);
    for (;;) {
      const tag = this.tag(end);
      if (tag === startTag + 1) return;
      this.skip(tag, end, depth);
    }
  }

  #advance(length: number, end: number): number {
    const start = this.offset;
    if (start + length > end) throw this.malformed(`a field of ${length} bytes, with ${end - start} left`);
    this.offset = start + length;
    return start;
  }

  /** The error for what is wrong at the place that has been reached. */
  malformed(problem: string): MalformedRequestError {
    return new MalformedRequestError(`expected an OTLP request in protobuf, but at byte ${this.offset} ${problem}`);
  }
}

/**
 * Goes through a message from `start` to `end`, and calls `take` at the beginning of each length-delimited field with this tag, with the
 * field's end. What `take` leaves unread is passed over, and so is every other field.
 */
export function readMessage(
  reader: ProtobufReader,
  start: number,
  end: number,
  wanted: number,
  take: (fieldEnd: number) => void,
): void {
  reader.offset = start;
  while (reader.offset < end) {
    const tag = reader.tag(end);
    if (tag !== wanted) {
      reader.skip(tag, end);
      continue;
    }
    const fieldEnd = reader.lengthEnd(end);
    take(fieldEnd);
    reader.offset = fieldEnd;
  }
}
