import type { EventRows } from './event-rows.ts';
import type { ProtobufAttributes } from './protobuf-attributes.ts';
import { RESOURCE_ITEMS_RESOURCE } from './protobuf-items.ts';
import { type ProtobufReader, readMessage } from './protobuf-reader.ts';

const RESOURCE_ATTRIBUTES = (1 << 3) | 2;

/**
 * The resource of the items that are being read. It is read once one of them becomes a row: others' resources leave no texts behind.
 * It is looked for in the whole message, as fields may come in any order.
 */
export class ProtobufResource {
  readonly #reader: ProtobufReader;
  readonly #rows: EventRows;
  readonly #attributes: ProtobufAttributes;
  #start = 0;
  #end = 0;
  #isRead = false;

  constructor(reader: ProtobufReader, rows: EventRows, attributes: ProtobufAttributes) {
    this.#reader = reader;
    this.#rows = rows;
    this.#attributes = attributes;
  }

  /** It lies somewhere in the message from `start` to `end`. */
  begin(start: number, end: number): void {
    this.#start = start;
    this.#end = end;
    this.#isRead = false;
  }

  /** Moves the reader. */
  read(): void {
    if (this.#isRead) return;
    this.#isRead = true;
    const reader = this.#reader;
    const { resource, resourceFields } = this.#rows;
    resource.clear();
    readMessage(reader, this.#start, this.#end, RESOURCE_ITEMS_RESOURCE, resourceEnd =>
      readMessage(reader, reader.offset, resourceEnd, RESOURCE_ATTRIBUTES, end =>
        this.#attributes.read(end, resourceFields, resource),
      ),
    );
  }
}
