import type { CloseEvent } from '../close-event.ts';
import { type IngestTally, newIngestTally } from '../ingest-tally.ts';
import { closeEventsFromSpans } from './close-events-from-spans.ts';
import { traceRequestFromJson } from './trace-request-from-json.ts';

/**
 * Reads one line of an OTLP JSON file (an ExportTraceServiceRequest, as the OpenTelemetry Collector's file exporter
 * writes it) for a replay. Without `receivedAt` (epoch milliseconds) each event was received at its own time, and none
 * is from the future. `tally` counts what does not become an event. Throws MalformedRequestError for a line that is no such
 * request.
 */
export function closeEventsFromOtlpLine(
  line: string,
  receivedAt: number | null = null,
  tally: IngestTally = newIngestTally(),
): CloseEvent[] {
  return closeEventsFromSpans(traceRequestFromJson(line), receivedAt, tally);
}
