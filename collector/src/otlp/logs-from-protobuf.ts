import { PLACE } from '../columns.ts';
import type { EventRows } from './event-rows.ts';
import { ProtobufAttributes } from './protobuf-attributes.ts';
import { readSpanId, readTraceId } from './protobuf-ids.ts';
import { type ItemReader, readItems } from './protobuf-items.ts';
import { ProtobufReader, readMessage } from './protobuf-reader.ts';
import { ProtobufResource } from './protobuf-resource.ts';

// Field numbers of opentelemetry-proto v1, `LogRecord`; see protobuf-items.ts.
const LOG_TIME = (1 << 3) | 1;
const LOG_ATTRIBUTES = (6 << 3) | 2;
const LOG_TRACE_ID = (9 << 3) | 2;
const LOG_SPAN_ID = (10 << 3) | 2;
const LOG_OBSERVED_TIME = (11 << 3) | 1;

/** Reads the log records of an ExportLogsServiceRequest in protobuf that are closes into rows. Throws MalformedRequestError. */
export function logsFromProtobuf(bytes: Uint8Array, rows: EventRows): void {
  const reader = new ProtobufReader(bytes);
  readItems(reader, new LogReader(reader, rows));
}

class LogReader implements ItemReader {
  readonly #reader: ProtobufReader;
  readonly #rows: EventRows;
  readonly #attributes: ProtobufAttributes;
  readonly #resource: ProtobufResource;

  constructor(reader: ProtobufReader, rows: EventRows) {
    this.#reader = reader;
    this.#rows = rows;
    this.#attributes = new ProtobufAttributes(reader, rows);
    this.#resource = new ProtobufResource(reader, rows, this.#attributes);
  }

  beginResource(start: number, end: number): void {
    this.#resource.begin(start, end);
  }

  readItem(end: number): void {
    const reader = this.#reader;
    const rows = this.#rows;
    const start = reader.offset;
    const convention = this.#attributes.conventionOf(start, end, LOG_ATTRIBUTES);
    if (convention === null) rows.countOtherLogRecord();
    else {
      rows.span.clear();
      const micros = this.#readEnvelope(start, end);
      rows.span.beginEvent(convention, micros);
      readMessage(reader, start, end, LOG_ATTRIBUTES, attributeEnd =>
        this.#attributes.read(attributeEnd, rows.spanFields, rows.span.fields),
      );
      this.#resource.read();
      rows.endSpan();
    }
    reader.offset = end;
  }

  /** Reads the ids, and gives the time in epoch microseconds: the record's own, or when it was observed; 0 for none. */
  #readEnvelope(start: number, end: number): number {
    const reader = this.#reader;
    const { fields } = this.#rows.span;
    let [own, observed] = [0, 0];
    reader.offset = start;
    while (reader.offset < end) {
      const tag = reader.tag(end);
      if (tag === LOG_TIME) own = reader.microsFromNanos(end);
      else if (tag === LOG_OBSERVED_TIME) observed = reader.microsFromNanos(end);
      else if (tag === LOG_TRACE_ID) readTraceId(reader, reader.lengthEnd(end), fields, PLACE.traceId);
      else if (tag === LOG_SPAN_ID) readSpanId(reader, reader.lengthEnd(end), fields, PLACE.spanId);
      else reader.skip(tag, end);
    }
    return own || observed;
  }
}
