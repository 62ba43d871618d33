import type { AttributeField, AttributeFields } from './attribute-fields.ts';
import type { FieldValues } from './field-values.ts';
import { asObject, double, integer, isPresent, type JsonObject, objects } from './json-values.ts';
import type { RowDraft } from './row-draft.ts';

/** Reads the attributes of a span or resource into their columns; one that has no column is passed over. */
export function readJsonAttributes(
  owner: JsonObject,
  fields: AttributeFields,
  values: FieldValues,
  draft: RowDraft,
): void {
  for (const { key, value } of objects(owner, 'attributes')) {
    const field = typeof key === 'string' ? fields.ofName(key) : undefined;
    if (field !== undefined) readAnyValue(asObject(value ?? {}, `the value of ${key}`), field, values, draft);
  }
}

function readAnyValue(any: JsonObject, field: AttributeField, values: FieldValues, draft: RowDraft): void {
  if (typeof any.stringValue === 'string') values.setString(draft, field, any.stringValue);
  else if (typeof any.boolValue === 'boolean') values.setFlag(draft, field, any.boolValue);
  else if (isPresent(any.intValue)) values.setNumber(draft, field, integer(any.intValue, 'intValue'));
  else if (isPresent(any.doubleValue)) values.setNumber(draft, field, double(any.doubleValue, 'doubleValue'));
  else if (isPresent(any.arrayValue) || isPresent(any.kvlistValue) || isPresent(any.bytesValue)) {
    values.refuse(draft, field);
  }
}
