/** Which counters make one metric: a key each, `*` for any, whose value becomes the next label. */
export interface CounterFamily {
  path: readonly string[];
  name: string;
  help: string;
  labels: readonly string[];
}

const family = (path: string, name: string, help: string, ...labels: string[]): CounterFamily => ({
  path: path.split('.'),
  name: `closewatch_${name}_total`,
  help,
  labels,
});

/** CollectorCounters as metrics. A counter that stands in none of them is in REST. */
export const COUNTER_FAMILIES: readonly CounterFamily[] = [
  family('requests.*.*', 'requests', 'Ingest requests by how they ended.', 'protocol', 'outcome'),
  family('bytes.*.*', 'request_bytes', 'Bytes of complete requests, as sent and unpacked.', 'protocol', 'form'),
  family('connections.*.*', 'connections', 'Connections of senders by how they began.', 'protocol', 'outcome'),
  family('tokens.*.requests', 'token_requests', 'Accepted requests by the name of their token.', 'token'),
  family(
    'tokens.*.items',
    'token_items',
    'Spans, records and points of accepted requests by the name of their token.',
    'token',
  ),
  family('tokens.*.limited', 'token_limited', 'Requests refused as their public token brought too much.', 'token'),
  family('commits.*', 'commits', 'Commits of request groups.', 'outcome'),
  family('events.*', 'events', 'Events of accepted requests: stored, or there already.', 'fate'),
  family('gauges.stored', 'gauges', 'Points of websocket.connections.active that were stored.'),
  family('arrivals.*', 'arrivals', "Committed events by their age at receipt, by the sender's clock.", 'age'),
  family('spans.notRelevant', 'spans_not_relevant', 'Spans that are not about WebSockets: accepted, not stored.'),
  family('spans.otherLogRecords', 'log_records_not_relevant', 'Log records that are no close: accepted, not stored.'),
  family('spans.otherMetrics', 'metrics_not_relevant', 'Metrics that are not kept: accepted, not stored.'),
  family('spans.unusable.*', 'unusable', 'Spans, log records and points that could not be used: rejected.', 'reason'),
  family('spans.valuesRefused', 'values_refused', 'Attribute values that their column cannot hold: stored as null.'),
  family('spans.valuesCut', 'values_cut', 'Attribute values stored cut to their longest length.'),
  family('spans.valuesOther.*', 'values_other', 'Attribute values past the number of distinct ones.', 'attribute'),
  family(
    'spans.traceStatesMalformed',
    'trace_states_malformed',
    'Trace states that say no weight as they are malformed.',
  ),
  family('spans.weightsCapped', 'weights_capped', 'Weights above what is believed, stored as that.'),
  family('spans.clamped', 'spans_clamped', 'Events from the future, whose time was set to their receipt.'),
];

/** What no family names yet: nothing is dropped without a counter that can be seen. */
export const REST: CounterFamily = {
  path: [],
  name: 'closewatch_counted_total',
  help: 'Counters of the collector that have no metric of their own.',
  labels: ['counter'],
};

/** The labels of a counter in a family; undefined where it is of another. */
export function labelsIn(
  { path, labels }: CounterFamily,
  counter: readonly string[],
): Record<string, string> | undefined {
  if (path.length !== counter.length) return undefined;
  const values = counter.filter((_, index) => path[index] === '*');
  if (!path.every((key, index) => key === '*' || key === counter[index])) return undefined;
  return Object.fromEntries(labels.map((label, index) => [label, snakeCase(values[index] as string)]));
}

/** Values of labels are written as names of metrics are. @example snakeCase('tooLarge') // 'too_large' */
export function snakeCase(text: string): string {
  return text.replace(/(?<=[a-z])[A-Z]/g, capital => `_${capital.toLowerCase()}`);
}
