import type { AttributeField, AttributeFields } from './attribute-fields.ts';
import type { BoundConvention } from './bound-conventions.ts';
import type { EventRows } from './event-rows.ts';
import { type ProtobufReader, readMessage } from './protobuf-reader.ts';
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

  constructor(reader: ProtobufReader, rows: EventRows) {
    this.#reader = reader;
    this.#rows = rows;
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

  #readValue(end: number, field: AttributeField, draft: RowDraft): void {
    const reader = this.#reader;
    const { values } = this.#rows;
    while (reader.offset < end) {
      const tag = reader.tag(end);
      if (tag === ANY_STRING) {
        const stringEnd = reader.lengthEnd(end);
        values.setBytes(draft, field, reader.view, reader.offset, stringEnd);
        reader.offset = stringEnd;
      } else if (tag === ANY_INT) values.setNumber(draft, field, reader.int64(end));
      else if (tag === ANY_DOUBLE) values.setNumber(draft, field, reader.double(end));
      else if (tag === ANY_BOOL) values.setFlag(draft, field, reader.varint(end) !== 0);
      else {
        reader.skip(tag, end);
        values.refuse(draft, field);
      }
    }
  }
}
