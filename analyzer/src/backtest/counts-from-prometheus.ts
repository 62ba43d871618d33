import { type CountSeries, CountsError } from './count-series.ts';
import { SeriesBuilder } from './series-builder.ts';

/**
 * Reads counts from the answer of Prometheus to `query_range`, of one series: `sum(increase(websocket_closes_total{code="1007"}[1m]))` with a step of 1m, say. A sample's time is taken
 * as the start of its bin, as in CSV; NaN is unknown.
 * https://prometheus.io/docs/prometheus/latest/querying/api/#range-queries
 *
 * @throws CountsError with the sample, what was expected and what came
 */
export function countsFromPrometheus(text: string): CountSeries {
  const samples = samplesOf(parsed(text));
  const builder = new SeriesBuilder('sample');
  for (const [index, sample] of samples.entries()) {
    const place = index + 1;
    if (!Array.isArray(sample) || typeof sample[0] !== 'number')
      throw builder.problem(place, `expected [epoch seconds, "value"], got ${short(sample)}`);
    const value = typeof sample[1] === 'string' ? sample[1] : '';
    const count = value === '' ? Number.NaN : Number(value);
    if (Number.isNaN(count) && value !== 'NaN')
      throw builder.problem(place, `expected a number in text as value, got ${short(sample[1])}`);
    builder.add(place, sample[0], Number.isNaN(count) ? null : count, 1);
  }
  return builder.build(false);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new CountsError(`expected the JSON of a Prometheus query_range: ${(cause as Error).message}`, { cause });
  }
}

function samplesOf(answer: unknown): unknown[] {
  const { status, error, data } = (answer ?? {}) as Record<string, unknown>;
  if (status !== 'success')
    throw new CountsError(
      `expected a query_range answer with status "success", got ${short(status)}${error ? `: ${error}` : ''}`,
    );
  const { resultType, result } = (data ?? {}) as Record<string, unknown>;
  if (resultType !== 'matrix' || !Array.isArray(result))
    throw new CountsError(`expected resultType "matrix", got ${short(resultType)}: ask query_range, not query`);
  if (result.length !== 1)
    throw new CountsError(
      `expected one series, got ${result.length}: ${result.length > 1 ? 'add them up with sum()' : 'nothing matched the query'}`,
    );
  const { values } = result[0] as Record<string, unknown>;
  if (!Array.isArray(values))
    throw new CountsError(`expected values of the series, got ${short(values)}: native histograms are no counts`);
  return values;
}

function short(value: unknown): string {
  return String(JSON.stringify(value) ?? 'nothing').slice(0, 60);
}
