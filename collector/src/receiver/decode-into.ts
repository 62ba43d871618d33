import type { EventBatch } from '../batch/event-batch.ts';
import type { IngestTally } from '../ingest-tally.ts';
import { MalformedRequestError } from '../otlp/malformed-request-error.ts';
import type { RequestDecoder } from '../otlp/request-decoder.ts';
import { Refusal } from './refusal.ts';
import type { WireEncoding } from './wire-encoding.ts';

/** Writes the close events of a body into the batch. Throws Refusal (400), and then no row is there. */
export function decodeInto(
  decoder: RequestDecoder,
  batch: EventBatch,
  encoding: WireEncoding['name'],
  body: Buffer,
  receivedAt: number,
  tally: IngestTally,
): void {
  try {
    decoder.traces(encoding, body, batch, { receivedAt, trusted: true }, tally);
  } catch (error) {
    if (error instanceof MalformedRequestError) throw Refusal.malformed(error.message, error);
    throw error;
  }
}
