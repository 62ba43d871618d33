/**
 * Why a span or log record that is a close could not become an event, or a point of a gauge no sample;
 * `not_a_client` is what came with a public token and is of a server, or a gauge.
 */
export type UnusableReason = 'invalid_ids' | 'no_times' | 'no_role' | 'no_code' | 'not_a_client' | 'no_value' | 'delta';

/** What became of spans on their way to rows. Nothing is dropped without one of these counting it. */
export interface IngestTally {
  /** Spans by other names: accepted, not stored. */
  notRelevant: number;
  /** Log records that are no close: accepted, not stored. */
  otherLogRecords: number;
  /** Metrics other than `websocket.connections.active`: accepted, not stored. */
  otherMetrics: number;
  /** Spans, log records and points that cannot be used, by reason. */
  unusable: Record<UnusableReason, number>;
  /** Attribute values that their column cannot hold (a code of 70000, an unknown initiator): stored as null. */
  valuesRefused: number;
  /** Texts longer than MAX_TEXT_BYTES: stored cut. */
  valuesCut: number;
  /** Texts past the number of distinct values that their attribute may have in a day, by attribute: stored as `other`. */
  valuesOther: Record<string, number>;
  /** Trace states that are malformed: the spans count once each. */
  traceStatesMalformed: number;
  /** Weights above what is believed, a million, or 1 with a public token: stored as that. */
  weightsCapped: number;
  /** Events from the future whose time was set to their receipt. */
  clamped: number;
}

/** A tally in which nothing has happened yet. */
export function newIngestTally(): IngestTally {
  return {
    notRelevant: 0,
    otherLogRecords: 0,
    otherMetrics: 0,
    unusable: { invalid_ids: 0, no_times: 0, no_role: 0, no_code: 0, not_a_client: 0, no_value: 0, delta: 0 },
    valuesRefused: 0,
    valuesCut: 0,
    valuesOther: {},
    traceStatesMalformed: 0,
    weightsCapped: 0,
    clamped: 0,
  };
}

/** Adds what one request brought to a running total. */
export function addTally(total: IngestTally, part: IngestTally): void {
  total.notRelevant += part.notRelevant;
  total.otherLogRecords += part.otherLogRecords;
  total.otherMetrics += part.otherMetrics;
  total.valuesRefused += part.valuesRefused;
  total.valuesCut += part.valuesCut;
  total.traceStatesMalformed += part.traceStatesMalformed;
  total.weightsCapped += part.weightsCapped;
  total.clamped += part.clamped;
  for (const [key, count] of Object.entries(part.valuesOther)) {
    total.valuesOther[key] = (total.valuesOther[key] ?? 0) + count;
  }
  for (const reason of Object.keys(part.unusable) as UnusableReason[]) total.unusable[reason] += part.unusable[reason];
}
