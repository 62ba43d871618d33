import type { AttributeField, AttributeFields } from './attribute-fields.ts';
import type { BoundConvention } from './bound-conventions.ts';
import type { EventRows } from './event-rows.ts';
import { type ProtobufReader, readMessage } from './protobuf-reader.ts';
import { RepeatedAttributes } from './repeated-attributes.ts';
import type { RowDraft } from './row-draft.ts';

const KEY_VALUE_KEY = (1 << 3) | 2;
const KEY_VALUE_VALUE = (2 << 3) | 2;
const ANY_STRING = (1 << 3) | 2;
const ANY_BOOL = (2 << 3) | 0;
const ANY_INT = (3 << 3) | 0;
const ANY_DOUBLE = (4 << 3) | 1;

/** Reads KeyValue messages: the attributes of spans, events, log records and resources. */
export class ProtobufAttributes {
  readonly #reader: ProtobufReader;
  readonly #rows: EventRows;
  /** Of the message read last; `#valueAt` is the offset of the value's length, or -1. */
  #keyStart = 0;
  #keyEnd = 0;
  #valueAt = -1;
  readonly #repeated: RepeatedAttributes;

  constructor(reader: ProtobufReader, rows: EventRows) {
    this.#reader = reader;
    this.#rows = rows;
    this.#repeated = new RepeatedAttributes(reader.view);
  }

  /** Reads a message that ends at `end` into its column; one that has no column is passed over. */
  read(end: number, fields: AttributeFields, draft: RowDraft): void {
    const reader = this.#reader;
    this.#split(end);
    const field = fields.ofKey(reader.view, this.#keyStart, this.#keyEnd);
    if (field === undefined || this.#valueAt < 0) return;
    reader.offset = this.#valueAt;
    this.#readValue(reader.lengthEnd(end), field, draft);
    reader.offset = end;
  }

  /** Attributes of another span follow, for `readNext`. */
  beginSpan(fields: AttributeFields): void {
    this.#repeated.beginSpan(fields);
  }

  /** As `read`, of a span's attributes in their order: most are those of the span before. */
  readNext(end: number, fields: AttributeFields, draft: RowDraft): void {
    const reader = this.#reader;
    const start = reader.offset;
    if (!this.#repeated.isRepeated(start, end, draft) && !this.#readWithKnownKey(end, draft)) {
      reader.offset = start;
      this.#readNewKey(end, fields, draft);
    }
    reader.offset = end;
  }

  /** False where the key is not that of the span before, or the value is not all that follows it. */
  #readWithKnownKey(end: number, draft: RowDraft): boolean {
    const reader = this.#reader;
    const start = reader.offset;
    const keyLength = this.#repeated.knownKeyLength(start, end);
    if (keyLength === 0 || reader.bytes[start + keyLength] !== KEY_VALUE_VALUE) return false;
    reader.offset = start + keyLength + 1;
    if (reader.lengthEnd(end) !== end) return false;
    const { field } = this.#repeated;
    const isWhole = field === undefined || this.#readValue(end, field, draft);
    this.#repeated.remember(start, end, keyLength, field, isWhole, draft);
    return true;
  }

  #readNewKey(end: number, fields: AttributeFields, draft: RowDraft): void {
    const reader = this.#reader;
    const start = reader.offset;
    this.#split(end);
    const field = fields.ofKey(reader.view, this.#keyStart, this.#keyEnd);
    let isWhole = field === undefined;
    if (field !== undefined && this.#valueAt >= 0) {
      reader.offset = this.#valueAt;
      isWhole = this.#readValue(reader.lengthEnd(end), field, draft);
    }
    const isInOrder = reader.bytes[start] === KEY_VALUE_KEY && this.#valueAt === this.#keyEnd + 1;
    this.#repeated.remember(start, end, isInOrder ? this.#keyEnd - start : 0, field, isWhole, draft);
  }

  /** By whose conventions a message was written; its attributes are the fields with this tag. Null for none. */
  conventionOf(start: number, end: number, attributes: number): BoundConvention | null {
    const { conventions } = this.#rows;
    conventions.clear();
    readMessage(this.#reader, start, end, attributes, attributeEnd => this.#show(attributeEnd));
    return conventions.found;
  }

  #show(end: number): void {
    const reader = this.#reader;
    const { conventions, texts } = this.#rows;
    this.#split(end);
    const key = texts.find(reader.view, this.#keyStart, this.#keyEnd);
    if (!conventions.asksFor(key) || this.#valueAt < 0) return;
    let value = 0;
    reader.offset = this.#valueAt;
    const valueEnd = reader.lengthEnd(end);
    readMessage(reader, reader.offset, valueEnd, ANY_STRING, stringEnd => {
      value = texts.find(reader.view, reader.offset, stringEnd);
    });
    conventions.show(key, value);
  }

  #split(end: number): void {
    const reader = this.#reader;
    this.#keyStart = this.#keyEnd = 0;
    this.#valueAt = -1;
    while (reader.offset < end) {
      const tag = reader.tag(end);
      if (tag === KEY_VALUE_KEY) {
        this.#keyEnd = reader.lengthEnd(end);
        this.#keyStart = reader.offset;
        reader.offset = this.#keyEnd;
      } else {
        if (tag === KEY_VALUE_VALUE) this.#valueAt = reader.offset;
        reader.skip(tag, end);
      }
    }
  }

  /** Reads an AnyValue; of several values the last counts. Tells whether the same bytes would do the same again, with nothing to count. */
  #readValue(end: number, field: AttributeField, draft: RowDraft): boolean {
    const reader = this.#reader;
    let isRepeatable = false;
    for (let values = 0; reader.offset < end; values++) {
      const isSame = this.#readOneValue(end, field, draft);
      isRepeatable = isSame && values === 0;
    }
    return isRepeatable;
  }

  #readOneValue(end: number, field: AttributeField, draft: RowDraft): boolean {
    const reader = this.#reader;
    const { values } = this.#rows;
    const tag = reader.tag(end);
    switch (tag) {
      case ANY_STRING: {
        const stringEnd = reader.lengthEnd(end);
        const stringStart = reader.offset;
        reader.offset = stringEnd;
        return values.setBytes(draft, field, reader.view, stringStart, stringEnd);
      }
      case ANY_INT:
        return values.setNumber(draft, field, reader.int64(end));
      case ANY_DOUBLE:
        return values.setNumber(draft, field, reader.double(end));
      case ANY_BOOL:
        return values.setFlag(draft, field, reader.varint(end) !== 0);
      default:
        reader.skip(tag, end);
        return values.refuse(draft, field);
    }
  }
}
