import { PLACE } from '../columns.ts';
import type { EventRows } from './event-rows.ts';
import { JsonAttributes } from './json-attributes.ts';
import { setSpanId, setTraceId } from './json-ids.ts';
import { type ItemNames, readJsonItems } from './json-items.ts';
import { microsFromNanos } from './json-values.ts';

const NAMES: ItemNames = { resourceItems: 'resourceLogs', scopeItems: 'scopeLogs', items: 'logRecords' };

/** Reads the log records of an ExportLogsServiceRequest in OTLP's JSON that are closes into rows. Throws MalformedRequestError. */
export function logsFromJson(body: Uint8Array, rows: EventRows): void {
  const attributes = new JsonAttributes(rows);
  readJsonItems(body, NAMES, (log, resource) => {
    const convention = attributes.conventionOf(log);
    if (convention === null) {
      rows.countOtherLogRecord();
      return;
    }
    rows.span.clear();
    setTraceId(log.traceId, rows.span.fields, PLACE.traceId);
    setSpanId(log.spanId, rows.span.fields, PLACE.spanId);
    const own = microsFromNanos(log.timeUnixNano, 'timeUnixNano');
    rows.span.beginEvent(convention, own || microsFromNanos(log.observedTimeUnixNano, 'observedTimeUnixNano'));
    attributes.read(log, rows.spanFields, rows.span.fields);
    attributes.readResource(resource);
    rows.endSpan();
  });
}
