import type { AttributeField, AttributeFields } from './attribute-fields.ts';
import type { FieldValues } from './field-values.ts';
import type { ProtobufReader } from './protobuf-reader.ts';
import type { RowDraft } from './row-draft.ts';

const KEY_VALUE_KEY = (1 << 3) | 2;
const KEY_VALUE_VALUE = (2 << 3) | 2;
const ANY_STRING = (1 << 3) | 2;
const ANY_BOOL = (2 << 3) | 0;
const ANY_INT = (3 << 3) | 0;
const ANY_DOUBLE = (4 << 3) | 1;

/** Reads a KeyValue message into its column; one that has no column is passed over. */
export function readAttribute(
  reader: ProtobufReader,
  end: number,
  fields: AttributeFields,
  values: FieldValues,
  draft: RowDraft,
): void {
  let keyStart = 0;
  let keyEnd = 0;
  let valueAt = -1;
  while (reader.offset < end) {
    const tag = reader.tag(end);
    if (tag === KEY_VALUE_KEY) {
      keyEnd = reader.lengthEnd(end);
      keyStart = reader.offset;
      reader.offset = keyEnd;
    } else {
      if (tag === KEY_VALUE_VALUE) valueAt = reader.offset;
      reader.skip(tag, end);
    }
  }
  const field = fields.ofKey(reader.view, keyStart, keyEnd);
  if (field === undefined || valueAt < 0) return;
  reader.offset = valueAt;
  readAnyValue(reader, reader.lengthEnd(end), field, values, draft);
  reader.offset = end;
}

function readAnyValue(
  reader: ProtobufReader,
  end: number,
  field: AttributeField,
  values: FieldValues,
  draft: RowDraft,
): void {
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
