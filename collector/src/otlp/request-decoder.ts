import { Buffer } from 'node:buffer';
import type { EventBatch } from '../batch/event-batch.ts';
import type { IngestTally } from '../ingest-tally.ts';
import { DEFAULT_DISTINCT_VALUES, type DistinctValueLimits, DistinctValues } from './distinct-values.ts';
import { EventRows, type Receipt } from './event-rows.ts';
import { spansFromJson } from './spans-from-json.ts';
import { spansFromProtobuf } from './spans-from-protobuf.ts';

export type OtlpEncoding = 'protobuf' | 'json';

export interface RequestDecoderOptions {
  /** DEFAULT_DISTINCT_VALUES where it is left out. They do not hold in a replay. */
  distinctValues?: DistinctValueLimits;
}

/**
 * Decodes OTLP requests straight into batches. It may be given batches of different interners in turn; those of one interner are
 * decoded without setting anything up.
 */
export class RequestDecoder {
  readonly #distinct: DistinctValues;
  #rows: EventRows | null = null;

  constructor({ distinctValues = DEFAULT_DISTINCT_VALUES }: RequestDecoderOptions = {}) {
    this.#distinct = new DistinctValues(distinctValues);
  }

  /**
   * Appends the events of an ExportTraceServiceRequest to `batch`, and counts in `tally` what does not become one. Throws
   * MalformedRequestError, and then the batch is as it was before; the tally is not.
   */
  traces(encoding: OtlpEncoding, body: Uint8Array, batch: EventBatch, receipt: Receipt, tally: IngestTally): void {
    const before = batch.rows;
    const rows = this.#rowsFor(batch);
    rows.begin(batch, receipt, tally);
    try {
      if (encoding === 'protobuf') spansFromProtobuf(body, rows);
      else spansFromJson(textOf(body), rows);
    } catch (error) {
      batch.truncate(before);
      throw error;
    }
  }

  #rowsFor(batch: EventBatch): EventRows {
    if (this.#rows?.texts !== batch.texts) this.#rows = new EventRows(batch.texts, this.#distinct);
    return this.#rows;
  }
}

/** Bytes that are not UTF-8 become U+FFFD, as everywhere. */
function textOf(body: Uint8Array): string {
  return Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8');
}
