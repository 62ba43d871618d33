import { writeHex } from '../batch/hex-words.ts';
import { PLACE } from '../columns.ts';
import type { EventRows } from './event-rows.ts';
import { readJsonAttributes } from './json-attributes.ts';
import { assertPlausibleNesting } from './json-nesting.ts';
import { type JsonObject, microsFromNanos, objectIn, objects, parseJson } from './json-values.ts';
import { STATUS_ERROR } from './otlp-numbers.ts';

/**
 * Reads an ExportTraceServiceRequest in OTLP's JSON into rows: ids are hex in any case, enums are integers, 64-bit numbers are strings or
 * numbers, unknown fields are ignored, null is absent. Throws MalformedRequestError, and nothing else.
 * Source: OTLP specification, "JSON Protobuf Encoding".
 */
export function spansFromJson(json: string, rows: EventRows): void {
  assertPlausibleNesting(json);
  for (const resourceSpans of objects(parseJson(json), 'resourceSpans')) {
    let isResourceRead = false;
    for (const scopeSpans of objects(resourceSpans, 'scopeSpans')) {
      for (const span of objects(scopeSpans, 'spans')) {
        rows.span.clear();
        rows.span.kind = typeof span.name === 'string' ? rows.kindOfString(span.name) : 0;
        if (rows.span.kind !== 0) {
          readSpan(span, rows);
          if (!isResourceRead) readResource(resourceSpans, rows);
          isResourceRead = true;
        }
        rows.endSpan();
      }
    }
  }
}

/** Only where a span of ours needs it: others' resources leave no texts behind. */
function readResource(resourceSpans: JsonObject, rows: EventRows): void {
  rows.resource.clear();
  readJsonAttributes(objectIn(resourceSpans, 'resource'), rows.resourceFields, rows.values, rows.resource);
}

const words = new Uint32Array(6);

function readSpan(json: JsonObject, rows: EventRows): void {
  const { span, values } = rows;
  span.spanKind = typeof json.kind === 'number' ? json.kind : 0;
  if (readHexId(json.traceId, words, 0, 4)) span.fields.setWords4(PLACE.traceId, words, 0);
  if (readHexId(json.spanId, words, 4, 2)) span.fields.setWords2(PLACE.spanId, words[4]!, words[5]!);
  if (readHexId(json.parentSpanId, words, 4, 2)) span.fields.setWords2(PLACE.parentSpanId, words[4]!, words[5]!);
  span.startMicros = microsFromNanos(json.startTimeUnixNano, 'startTimeUnixNano');
  span.endMicros = microsFromNanos(json.endTimeUnixNano, 'endTimeUnixNano');
  span.failed = objectIn(json, 'status').code === STATUS_ERROR;
  for (const link of objects(json, 'links')) {
    if (readHexId(link.traceId, words, 0, 4) && readHexId(link.spanId, words, 4, 2)) span.addLink(words);
  }
  readJsonAttributes(json, rows.spanFields, values, span.fields);
}

/** Reads an id in hex as `count` words, the last digits first; false where it is none, or all zeros. */
function readHexId(id: unknown, into: Uint32Array, at: number, count: number): boolean {
  if (typeof id !== 'string' || id.length !== count * 8 || !/^[\da-f]+$/i.test(id)) return false;
  writeHex(into, at, count, id);
  let seen = 0;
  for (let index = 0; index < count; index++) seen |= into[at + index]!;
  return seen !== 0;
}
