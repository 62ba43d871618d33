import type { AttributeField, AttributeFields } from './attribute-fields.ts';
import type { BoundConvention } from './bound-conventions.ts';
import type { EventRows } from './event-rows.ts';
import { asObject, double, integer, isPresent, type JsonObject, objects } from './json-values.ts';
import type { RowDraft } from './row-draft.ts';

/** Reads attributes in OTLP's JSON: of spans, events, log records and resources. */
export class JsonAttributes {
  readonly #rows: EventRows;
  #resource: JsonObject | null = null;

  constructor(rows: EventRows) {
    this.#rows = rows;
  }

  /** Reads the owner's attributes into their columns; one that has no column is passed over. */
  read(owner: JsonObject, fields: AttributeFields, draft: RowDraft): void {
    for (const { key, value } of objects(owner, 'attributes')) {
      const field = typeof key === 'string' ? fields.ofName(key) : undefined;
      if (field !== undefined) this.#readValue(asObject(value ?? {}, `the value of ${key}`), field, draft);
    }
  }

  /** Reads the resource of an item that becomes a row: others' resources leave no texts behind. */
  readResource(resource: JsonObject): void {
    if (this.#resource === resource) return;
    this.#resource = resource;
    this.#rows.resource.clear();
    this.read(resource, this.#rows.resourceFields, this.#rows.resource);
  }

  /** By whose conventions the owner was written; null for none. */
  conventionOf(owner: JsonObject): BoundConvention | null {
    const { conventions, texts } = this.#rows;
    conventions.clear();
    for (const { key, value } of objects(owner, 'attributes')) {
      const keyId = typeof key === 'string' ? texts.findString(key) : 0;
      if (!conventions.asksFor(keyId)) continue;
      const { stringValue } = asObject(value ?? {}, `the value of ${key}`);
      conventions.show(keyId, typeof stringValue === 'string' ? texts.findString(stringValue) : 0);
    }
    return conventions.found;
  }

  #readValue(any: JsonObject, field: AttributeField, draft: RowDraft): void {
    const { values } = this.#rows;
    if (typeof any.stringValue === 'string') values.setString(draft, field, any.stringValue);
    else if (typeof any.boolValue === 'boolean') values.setFlag(draft, field, any.boolValue);
    else if (isPresent(any.intValue)) values.setNumber(draft, field, integer(any.intValue, 'intValue'));
    else if (isPresent(any.doubleValue)) values.setNumber(draft, field, double(any.doubleValue, 'doubleValue'));
    else if (isPresent(any.arrayValue) || isPresent(any.kvlistValue) || isPresent(any.bytesValue)) {
      values.refuse(draft, field);
    }
  }
}
