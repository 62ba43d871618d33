import { writeHex } from '../batch/hex-words.ts';
import type { RowDraft } from './row-draft.ts';

const words = new Uint32Array(4);

export function setTraceId(id: unknown, draft: RowDraft, place: number): void {
  if (readHexId(id, words, 0, 4)) draft.setWords4(place, words, 0);
}

export function setSpanId(id: unknown, draft: RowDraft, place: number): void {
  if (readHexId(id, words, 0, 2)) draft.setWords2(place, words[0]!, words[1]!);
}

/** Reads an id in hex of any case as `count` words, the last digits first; false where it is none, or all zeros. */
export function readHexId(id: unknown, into: Uint32Array, at: number, count: number): boolean {
  if (typeof id !== 'string' || id.length !== count * 8 || !/^[\da-f]+$/i.test(id)) return false;
  writeHex(into, at, count, id);
  let seen = 0;
  for (let index = 0; index < count; index++) seen |= into[at + index]!;
  return seen !== 0;
}
