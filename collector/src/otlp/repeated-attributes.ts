import { sameBytes } from '../batch/same-bytes.ts';
import type { AttributeField, AttributeFields } from './attribute-fields.ts';
import type { RowDraft } from './row-draft.ts';

/** Attributes of a span that are remembered: a close of ours has at most 30. */
const MAX_REMEMBERED = 32;

/** What the n-th attribute of the span before was. */
interface Remembered {
  /** Where it lies in the body, and how long it is. */
  start: number;
  length: number;
  /** Bytes of its key, with the key's tag and length; the value follows. */
  keyLength: number;
  /** Its column; undefined for an attribute that has none. */
  field: AttributeField | undefined;
  /** The same bytes give the same again: nothing was counted. */
  isWhole: boolean;
  number: number;
  low: number;
  high: number;
}

/**
 * The spans of a request have the same attributes in the same order, as a rule, and most with the same value: they are known by their bytes
 * being those of the attribute in the same place of the span before, without a hash and without being decoded again.
 */
export class RepeatedAttributes {
  readonly #view: DataView;
  readonly #remembered: Remembered[] = [];
  #fields: AttributeFields | null = null;
  #next = 0;
  #current: Remembered | undefined;

  constructor(view: DataView) {
    this.#view = view;
  }

  /** Attributes of another span follow, and are looked up in `fields`. */
  beginSpan(fields: AttributeFields): void {
    this.#next = 0;
    if (this.#fields === fields) return;
    this.#fields = fields;
    for (const remembered of this.#remembered) remembered.length = -1;
  }

  /** Takes the next attribute, which lies there; true where it was the same in the span before, and then `draft` has it. */
  isRepeated(start: number, end: number, draft: RowDraft): boolean {
    const remembered = this.#remembered[this.#next++];
    this.#current = remembered;
    if (remembered === undefined || remembered.length !== end - start || !remembered.isWhole) return false;
    if (!sameBytes(this.#view, remembered.start, this.#view, start, remembered.length)) return false;
    if (remembered.field !== undefined) {
      draft.setCell(remembered.field.place, remembered.number, remembered.low, remembered.high);
    }
    return true;
  }

  /** The length of the key of the attribute taken last, where it is that of the span before; 0 where it is another. */
  knownKeyLength(start: number, end: number): number {
    const remembered = this.#current;
    if (remembered === undefined || remembered.length < 0 || start + remembered.keyLength >= end) return 0;
    return sameBytes(this.#view, remembered.start, this.#view, start, remembered.keyLength) ? remembered.keyLength : 0;
  }

  /** The column of the attribute taken last, where its key is that of the span before. */
  get field(): AttributeField | undefined {
    return this.#current?.field;
  }

  /** Remembers what the attribute taken last was, as `draft` has it. */
  remember(
    start: number,
    end: number,
    keyLength: number,
    field: AttributeField | undefined,
    isWhole: boolean,
    draft: RowDraft,
  ): void {
    const index = this.#next - 1;
    if (index >= MAX_REMEMBERED) return;
    this.#remembered[index] ??= { start, length: -1, keyLength, field, isWhole, number: 0, low: 0, high: 0 };
    const remembered = this.#remembered[index];
    remembered.start = start;
    remembered.length = end - start;
    remembered.keyLength = keyLength;
    remembered.field = field;
    remembered.isWhole = isWhole && (field === undefined || draft.has(field.place));
    if (field === undefined) return;
    remembered.number = draft.numbers[field.place]!;
    remembered.low = draft.words[field.place * 4]!;
    remembered.high = draft.words[field.place * 4 + 1]!;
  }
}
