import { Buffer } from 'node:buffer';
import { EventBatch } from '../batch/event-batch.ts';
import { TextInterner } from '../batch/text-interner.ts';
import { type IngestTally, newIngestTally } from '../ingest-tally.ts';
import { RequestDecoder } from './request-decoder.ts';

/** A new interner begins when the texts of this one take so much. Bytes. */
const TEXTS_KEPT = 32 * 1024 * 1024; // 32 MiB

/**
 * Reads the lines of OTLP JSON files (an ExportTraceServiceRequest each, as the OpenTelemetry Collector's file exporter writes
 * them) for a replay, one after another. Each event was received at its own time, and none is from the future.
 */
export class OtlpLineReader {
  /** Counts what does not become an event. */
  readonly tally: IngestTally = newIngestTally();
  readonly #decoder = new RequestDecoder();
  #batch = new EventBatch(new TextInterner());

  /** The events of a line, good until the next one is read. Throws MalformedRequestError for a line that is no such request. */
  read(line: string | Uint8Array): EventBatch {
    if (this.#batch.texts.bytes > TEXTS_KEPT) this.#batch = new EventBatch(new TextInterner());
    this.#batch.truncate(0);
    const body = typeof line === 'string' ? Buffer.from(line) : line;
    this.#decoder.traces('json', body, this.#batch, { receivedAt: null, trusted: true }, this.tally);
    return this.#batch;
  }
}
