import { Buffer } from 'node:buffer';
import { type TextInterner, viewOf } from '../batch/text-interner.ts';
import { MAX_TEXT_BYTES } from '../column-type.ts';
import { COLUMNS, PLACE } from '../columns.ts';
import { type IngestTally, newIngestTally } from '../ingest-tally.ts';
import type { AttributeField } from './attribute-fields.ts';
import type { DistinctValues } from './distinct-values.ts';
import { type HexWords, hexWordsOf } from './hex-words-of.ts';
import type { RowDraft } from './row-draft.ts';
import { type UrlParts, urlPartsOf } from './url-parts.ts';

/** What a text becomes once its key has as many distinct values as it may have. */
const OTHER = 'other';

/**
 * Puts attribute values into a draft as their columns hold them, and counts what they cannot hold. Each setter tells whether
 * the same bytes would do the same again with nothing to count.
 */
export class FieldValues {
  readonly #texts: TextInterner;
  readonly #other: number;
  /** By column and text: a bit for each text that was admitted since the day began. */
  #admitted: Uint32Array[] = [];
  /** The same for each set of distinct values. */
  readonly #admittedBy = new Map<DistinctValues | null, Uint32Array[]>();
  readonly #scratch = Buffer.allocUnsafeSlow((MAX_TEXT_BYTES + 1) * 3);
  readonly #scratchView = viewOf(this.#scratch);
  readonly #id: HexWords = { low: 0, high: 0 };
  #distinct: DistinctValues | null = null;
  #tally = newIngestTally();

  constructor(texts: TextInterner) {
    this.#texts = texts;
    this.#other = texts.idOfString(OTHER);
  }

  /** Counts in `tally` from now on. Without `distinct` any number of distinct values is taken. */
  begin(distinct: DistinctValues | null, tally: IngestTally): void {
    this.#distinct = distinct;
    this.#tally = tally;
    this.#admitted = this.#admittedBy.get(distinct) ?? [];
    this.#admittedBy.set(distinct, this.#admitted);
  }

  /** From the next `begin` on texts are counted for another day. */
  forgetAdmitted(): void {
    this.#admittedBy.clear();
  }

  /** A string in UTF-8. An empty one says nothing. */
  setBytes(draft: RowDraft, field: AttributeField, view: DataView, start: number, end: number): boolean {
    switch (field.storage) {
      case 'text':
        return this.#setText(draft, field, view, start, end);
      case 'key':
        if (!hexWordsOf(view, start, end, this.#id)) return this.#setText(draft, field, view, start, end);
        draft.setWords2(field.place, this.#id.low, this.#id.high);
        return true;
      case 'choice': {
        const place = field.nameIds.indexOf(this.#texts.find(view, start, end)) + 1;
        if (place === 0) return this.refuse(draft, field);
        draft.setNumber(field.place, place);
        return true;
      }
      case 'number':
        // Some emitters write codes and counts as digits; a length of time is never a text.
        if (field.numbers !== 'uint16' && field.numbers !== 'count') return this.refuse(draft, field);
        return this.setNumber(draft, field, digitsOf(view, start, end));
      case 'url':
        return this.#setUrl(draft, field, view, start, end);
      default:
        return this.refuse(draft, field);
    }
  }

  setString(draft: RowDraft, field: AttributeField, text: string): boolean {
    // Of a longer one the last unit may be half of a character: it lies behind the cut.
    const written = this.#scratch.write(text.length > MAX_TEXT_BYTES ? text.slice(0, MAX_TEXT_BYTES + 1) : text);
    return this.setBytes(draft, field, this.#scratchView, 0, written);
  }

  setNumber(draft: RowDraft, field: AttributeField, value: number): boolean {
    if (field.storage === 'text' || field.storage === 'key') return this.setString(draft, field, String(value));
    const number = field.storage === 'instant' ? Math.round(value * 1_000) : value;
    if (!holds(field, number)) return this.refuse(draft, field);
    draft.setNumber(field.place, number);
    return true;
  }

  setFlag(draft: RowDraft, field: AttributeField, value: boolean): boolean {
    if (field.storage === 'text' || field.storage === 'key') return this.setString(draft, field, String(value));
    if (field.storage !== 'flag') return this.refuse(draft, field);
    draft.setNumber(field.place, value ? 2 : 1);
    return true;
  }

  /** For a value that the column cannot hold: stored as nothing, and counted. */
  refuse(draft: RowDraft, field: AttributeField): false {
    draft.unset(field.place);
    this.#tally.valuesRefused += 1;
    return false;
  }

  /** Fills what no attribute of its own has filled, in whatever order they come. */
  #setUrl(draft: RowDraft, field: AttributeField, view: DataView, start: number, end: number): boolean {
    const parts = urlPartsOf(textIn(view, start, cutEnd(view, start, end)));
    if (parts === null) return this.refuse(draft, field);
    for (const [name, value] of Object.entries(parts) as [keyof UrlParts, string | number | null][]) {
      const { index, type } = COLUMNS[PLACE[name]]!;
      if (value === null || draft.has(index)) continue;
      const part = { key: field.key, place: index, storage: type.storage, numbers: type.numbers, nameIds: [] };
      if (typeof value === 'number') this.setNumber(draft, part, value);
      else this.setString(draft, part, value);
    }
    return false;
  }

  #setText(draft: RowDraft, field: AttributeField, view: DataView, start: number, end: number): boolean {
    if (start === end) {
      draft.unset(field.place);
      return true;
    }
    const cut = cutEnd(view, start, end);
    if (cut < end) this.#tally.valuesCut += 1;
    const id = this.#idOfAdmitted(field.place, view, start, cut);
    if (id === 0) this.#tally.valuesOther[field.key] = (this.#tally.valuesOther[field.key] ?? 0) + 1;
    draft.setNumber(field.place, id || this.#other);
    return id !== 0 && cut === end;
  }

  /** The id of a text; 0 where there are too many in its column, and then it is not kept either. */
  #idOfAdmitted(column: number, view: DataView, start: number, end: number): number {
    const distinct = this.#distinct;
    const known = this.#texts.find(view, start, end);
    if (distinct !== null) {
      if (known !== 0) return this.#admits(distinct, column, known) ? known : 0;
      if (!distinct.admits(column, this.#texts.hash(view, start, end))) return 0;
    }
    return known || this.#texts.idOf(view, start, end);
  }

  #admits(distinct: DistinctValues, column: number, id: number): boolean {
    const word = id >>> 5;
    const bit = 1 << (id & 31);
    let admitted = this.#admitted[column];
    if (admitted !== undefined && (admitted[word]! & bit) !== 0) return true;
    if (!distinct.admits(column, this.#texts.hashOf(id))) return false;
    if (admitted === undefined || word >= admitted.length) {
      const larger = new Uint32Array(Math.max(64, word * 2));
      if (admitted !== undefined) larger.set(admitted);
      this.#admitted[column] = admitted = larger;
    }
    admitted[word]! |= bit;
    return true;
  }
}

function textIn(view: DataView, start: number, end: number): string {
  return Buffer.from(view.buffer, view.byteOffset + start, end - start).toString('utf8');
}

/** Where a text ends that is no longer than MAX_TEXT_BYTES, at a character's end. */
function cutEnd(view: DataView, start: number, end: number): number {
  if (end - start <= MAX_TEXT_BYTES) return end;
  let cut = start + MAX_TEXT_BYTES;
  for (let back = 0; back < 3 && (view.getUint8(cut) & 0xc0) === 0x80; back++) cut -= 1;
  return cut;
}

/** The whole number that up to 16 decimal digits are; NaN for any other text. */
function digitsOf(view: DataView, start: number, end: number): number {
  if (start === end || end - start > 16) return Number.NaN;
  let number = 0;
  for (let index = start; index < end; index++) {
    const digit = view.getUint8(index) - 0x30;
    if (digit < 0 || digit > 9) return Number.NaN;
    number = number * 10 + digit;
  }
  return number;
}

function holds({ storage, numbers }: AttributeField, value: number): boolean {
  if (storage === 'instant') return Math.abs(value) <= Number.MAX_SAFE_INTEGER;
  if (storage !== 'number') return false;
  switch (numbers) {
    case 'uint16':
      return Number.isInteger(value) && value >= 0 && value <= 0xffff;
    case 'count':
      return Number.isSafeInteger(value) && value >= 0;
    case 'weight':
      return value >= 1 && value < Number.POSITIVE_INFINITY;
    default:
      return value >= 0 && value < Number.POSITIVE_INFINITY;
  }
}
