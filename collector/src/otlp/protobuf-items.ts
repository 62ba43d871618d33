import type { ProtobufReader } from './protobuf-reader.ts';

// A tag is the field's number in opentelemetry-proto v1 times eight, plus the wire type: 0 varint, 1 64 bits, 2 length.
// Requests of all three signals have the same frame: resources, in them a resource and scopes, in these the items.
const REQUEST_RESOURCE_ITEMS = (1 << 3) | 2;
export const RESOURCE_ITEMS_RESOURCE = (1 << 3) | 2;
const RESOURCE_ITEMS_SCOPE_ITEMS = (2 << 3) | 2;
const SCOPE_ITEMS_ITEM = (2 << 3) | 2;

/** Whom `readItems` tells what it finds. */
export interface ItemReader {
  /** New items follow, all of one resource: it lies somewhere in the message from `start` to `end`. */
  beginResource(start: number, end: number): void;
  /** An item lies from the reader's offset to `end`, and has to be read as far as that. */
  readItem(end: number): void;
}

/**
 * Goes through an Export{Trace,Metrics,Logs}ServiceRequest. Throws MalformedRequestError.
 */
export function readItems(reader: ProtobufReader, items: ItemReader): void {
  const end = reader.bytes.length;
  while (reader.offset < end) {
    const tag = reader.tag(end);
    if (tag === REQUEST_RESOURCE_ITEMS) readResourceItems(reader, reader.lengthEnd(end), items);
    else reader.skip(tag, end);
  }
}

function readResourceItems(reader: ProtobufReader, end: number, items: ItemReader): void {
  items.beginResource(reader.offset, end);
  while (reader.offset < end) {
    const tag = reader.tag(end);
    if (tag === RESOURCE_ITEMS_SCOPE_ITEMS) readScopeItems(reader, reader.lengthEnd(end), items);
    else reader.skip(tag, end);
  }
}

function readScopeItems(reader: ProtobufReader, end: number, items: ItemReader): void {
  while (reader.offset < end) {
    const tag = reader.tag(end);
    if (tag === SCOPE_ITEMS_ITEM) items.readItem(reader.lengthEnd(end));
    else reader.skip(tag, end);
  }
}
