import type { EventBatch } from '../batch/event-batch.ts';
import type { IngestTally } from '../ingest-tally.ts';
import { closeEventsFromSpans } from '../otlp/close-events-from-spans.ts';
import { StringCache } from '../otlp/string-cache.ts';
import { MalformedRequestError } from '../otlp/trace-request.ts';
import { traceRequestFromJson } from '../otlp/trace-request-from-json.ts';
import { traceRequestFromProtobuf } from '../otlp/trace-request-from-protobuf.ts';
import { Refusal } from './refusal.ts';
import type { WireEncoding } from './wire-encoding.ts';

const strings = new StringCache();

/** Writes the close events of a body into the batch. Throws Refusal (400); some rows can be there then. */
export function decodeInto(
  batch: EventBatch,
  encoding: WireEncoding['name'],
  body: Buffer,
  receivedAt: number,
  tally: IngestTally,
): void {
  try {
    const request =
      encoding === 'json' ? traceRequestFromJson(body.toString('utf8')) : traceRequestFromProtobuf(body, strings);
    for (const event of closeEventsFromSpans(request, receivedAt, tally)) batch.append(event);
  } catch (error) {
    if (error instanceof MalformedRequestError) throw Refusal.malformed(error.message, error);
    throw error;
  }
}
