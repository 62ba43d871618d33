import { randomInt } from 'node:crypto';
import type { EventBatch } from '../batch/event-batch.ts';
import { COLUMNS } from '../columns.ts';

const TRACE_ID = COLUMNS.findIndex(column => column.field === 'traceId');
const SPAN_ID = COLUMNS.findIndex(column => column.field === 'spanId');

/** The two ids under which a span is stored once, as words: four a row, and two. */
export interface SpanIds {
  trace: Uint32Array<ArrayBuffer>;
  span: Uint32Array<ArrayBuffer>;
}

/** Of this process, so that no sender can know which ids share a slot. */
const SEED = randomInt(2 ** 32);

export function spanIdsOf({ columns }: EventBatch): SpanIds {
  return { trace: columns[TRACE_ID]!.words, span: columns[SPAN_ID]!.words };
}

export function isSameSpan({ trace, span }: SpanIds, row: number, other: number): boolean {
  const [s, t] = [row * 2, other * 2];
  if (span[s] !== span[t] || span[s + 1] !== span[t + 1]) return false;
  for (let word = 0; word < 4; word++) if (trace[row * 4 + word] !== trace[other * 4 + word]) return false;
  return true;
}

/** Gives the second of a span's two hashes. */
export const OTHER_HASH = 0x9e3779b9;

/**
 * 32 bits of both ids: the block and final steps of MurmurHash3 over their six words. `salt` gives another, independent hash.
 * Source: https://github.com/aappleby/smhasher, MurmurHash3_x86_32.
 */
export function hashOfSpan({ trace, span }: SpanIds, row: number, salt = 0): number {
  let hash = SEED ^ salt;
  for (let word = 0; word < 6; word++) {
    let mixed = Math.imul(word < 4 ? trace[row * 4 + word]! : span[row * 2 + word - 4]!, 0xcc9e2d51);
    mixed = Math.imul((mixed << 15) | (mixed >>> 17), 0x1b873593);
    hash ^= mixed;
    hash = Math.imul((hash << 13) | (hash >>> 19), 5) + 0xe6546b64;
  }
  hash ^= hash >>> 16;
  hash = Math.imul(hash, 0x85ebca6b);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
