import { Buffer } from 'node:buffer';
import { EventBatch } from '../batch/event-batch.ts';
import { TextInterner } from '../batch/text-interner.ts';
import type { CloseEvent } from '../close-event.ts';
import { type IngestTally, newIngestTally } from '../ingest-tally.ts';
import { RequestDecoder } from './request-decoder.ts';

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
  const batch = new EventBatch(new TextInterner(), 64);
  new RequestDecoder().traces('json', Buffer.from(line), batch, { receivedAt, trusted: true }, tally);
  return batch.events();
}
