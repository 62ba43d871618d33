import type { EventBatch } from '../batch/event-batch.ts';
import type { GaugeSample } from '../gauge-sample.ts';
import type { IngestTally } from '../ingest-tally.ts';
import { ClockSkew } from './clock-skew.ts';
import { type Convention, DEFAULT_CONVENTIONS } from './convention.ts';
import { DEFAULT_DISTINCT_VALUES, DistinctByTrust, type DistinctValueLimits } from './distinct-values.ts';
import { EventRows, type Receipt } from './event-rows.ts';
import { GaugeSamples } from './gauge-samples.ts';
import { gaugesFromJson } from './gauges-from-json.ts';
import { gaugesFromProtobuf } from './gauges-from-protobuf.ts';
import { logsFromJson } from './logs-from-json.ts';
import { logsFromProtobuf } from './logs-from-protobuf.ts';
import { spansFromJson } from './spans-from-json.ts';
import { spansFromProtobuf } from './spans-from-protobuf.ts';

export type OtlpEncoding = 'protobuf' | 'json';

export interface RequestDecoderOptions {
  /** DEFAULT_DISTINCT_VALUES where it is left out. They do not hold in a replay. */
  distinctValues?: DistinctValueLimits;
  /** How other emitters write closes down, the first that fits first; DEFAULT_CONVENTIONS where it is left out. */
  conventions?: readonly Convention[];
}

/**
 * Decodes OTLP requests straight into batches. It may be given batches of different interners in turn; those of one interner are
 * decoded without setting anything up.
 */
export class RequestDecoder {
  /** What the events that were received say of their senders' clocks. */
  readonly clockSkew = new ClockSkew();
  readonly #distinct: DistinctByTrust;
  readonly #conventions: readonly Convention[];
  #rows: EventRows | null = null;

  constructor({
    distinctValues = DEFAULT_DISTINCT_VALUES,
    conventions = DEFAULT_CONVENTIONS,
  }: RequestDecoderOptions = {}) {
    this.#conventions = conventions;
    this.#distinct = new DistinctByTrust(distinctValues);
  }

  /**
   * Appends the events of an ExportTraceServiceRequest to `batch`, and counts in `tally` what does not become one. Throws
   * MalformedRequestError, and then the batch is as it was before; the tally is not.
   */
  traces(encoding: OtlpEncoding, body: Uint8Array, batch: EventBatch, receipt: Receipt, tally: IngestTally): void {
    this.#append(batch, receipt, tally, rows => {
      if (encoding === 'protobuf') spansFromProtobuf(body, rows);
      else spansFromJson(body, rows);
    });
  }

  /** As `traces`, of an ExportLogsServiceRequest: log records that carry a close code become events. */
  logs(encoding: OtlpEncoding, body: Uint8Array, batch: EventBatch, receipt: Receipt, tally: IngestTally): void {
    this.#append(batch, receipt, tally, rows => {
      if (encoding === 'protobuf') logsFromProtobuf(body, rows);
      else logsFromJson(body, rows);
    });
  }

  /**
   * The points of `websocket.connections.active` in an ExportMetricsServiceRequest. `batch` is one whose interner may be used; no row is added.
   * Throws MalformedRequestError.
   */
  metrics(
    encoding: OtlpEncoding,
    body: Uint8Array,
    batch: EventBatch,
    receipt: Receipt,
    tally: IngestTally,
  ): GaugeSample[] {
    const rows = this.#rowsFor(batch);
    rows.begin(batch, receipt, tally);
    const into = new GaugeSamples(rows, receipt, tally);
    if (encoding === 'protobuf') gaugesFromProtobuf(body, into);
    else gaugesFromJson(body, into);
    return into.samples;
  }

  #append(batch: EventBatch, receipt: Receipt, tally: IngestTally, read: (rows: EventRows) => void): void {
    const before = batch.rows;
    const rows = this.#rowsFor(batch);
    rows.begin(batch, receipt, tally);
    try {
      read(rows);
    } catch (error) {
      batch.truncate(before);
      throw error;
    } finally {
      rows.end();
    }
  }

  #rowsFor(batch: EventBatch): EventRows {
    if (this.#rows?.texts !== batch.texts)
      this.#rows = new EventRows(batch.texts, this.#distinct, this.#conventions, this.clockSkew);
    return this.#rows;
  }
}
