import { Buffer } from 'node:buffer';
import { assertPlausibleNesting } from './json-nesting.ts';
import { type JsonObject, objectIn, objects, parseJson } from './json-values.ts';

/** What the three signals call the levels of a request. */
export interface ItemNames {
  resourceItems: 'resourceSpans' | 'resourceMetrics' | 'resourceLogs';
  scopeItems: 'scopeSpans' | 'scopeMetrics' | 'scopeLogs';
  items: 'spans' | 'metrics' | 'logRecords';
}

/**
 * Goes through an Export{Trace,Metrics,Logs}ServiceRequest in OTLP's JSON: ids are hex in any case, enums are integers, 64-bit numbers
 * are strings or numbers, unknown fields are ignored, null is absent. Throws MalformedRequestError.
 * Source: OTLP specification, "JSON Protobuf Encoding".
 */
export function readJsonItems(
  body: Uint8Array,
  names: ItemNames,
  readItem: (item: JsonObject, resource: JsonObject) => void,
): void {
  assertPlausibleNesting(body);
  for (const resourceItems of objects(parseJson(textOf(body)), names.resourceItems)) {
    const resource = objectIn(resourceItems, 'resource');
    for (const scopeItems of objects(resourceItems, names.scopeItems)) {
      for (const item of objects(scopeItems, names.items)) readItem(item, resource);
    }
  }
}

/** Bytes that are not UTF-8 become U+FFFD, as everywhere. */
function textOf(body: Uint8Array): string {
  return Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8');
}
