import { Buffer } from 'node:buffer';

/** A field of wire type 2: texts and messages. Source: https://protobuf.dev/programming-guides/encoding/ */
export function lengthField(number: number, ...content: readonly Buffer[]): Buffer {
  const length = content.reduce((sum, part) => sum + part.length, 0);
  return Buffer.concat([Buffer.from([(number << 3) | 2, ...varint(length)]), ...content]);
}

/** A field of wire type 0: whole numbers from 0. */
export function varintField(number: number, value: number): Buffer {
  return Buffer.from([number << 3, ...varint(value)]);
}

function varint(value: number): number[] {
  return value < 0x80 ? [value] : [(value % 0x80) | 0x80, ...varint(Math.floor(value / 0x80))];
}
