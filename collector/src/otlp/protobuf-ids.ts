import type { ProtobufReader } from './protobuf-reader.ts';
import type { RowDraft } from './row-draft.ts';

const words = new Uint32Array(4);

/** Reads a trace id into a column; unset where it has another length than 16 bytes, or is all zeros. */
export function readTraceId(reader: ProtobufReader, end: number, draft: RowDraft, place: number): void {
  if (readIdWords(reader, end, words, 0, 4)) draft.setWords4(place, words, 0);
  else draft.unset(place);
}

/** Reads a span id into a column; unset where it has another length than 8 bytes, or is all zeros. */
export function readSpanId(reader: ProtobufReader, end: number, draft: RowDraft, place: number): void {
  if (readIdWords(reader, end, words, 0, 2)) draft.setWords2(place, words[0]!, words[1]!);
  else draft.unset(place);
}

/** Reads `count` words of an id that ends at `end`, the last bytes first; false, and zeros, where it is none. */
export function readIdWords(
  reader: ProtobufReader,
  end: number,
  into: Uint32Array,
  at: number,
  count: number,
): boolean {
  const start = reader.offset;
  reader.offset = end;
  into.fill(0, at, at + count);
  if (end - start !== count * 4) return false;
  let seen = 0;
  for (let index = 0; index < count; index++) {
    const word = reader.view.getInt32(end - 4 - index * 4);
    seen |= word;
    into[at + index] = word;
  }
  return seen !== 0;
}
