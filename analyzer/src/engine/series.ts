import type { SeriesBin, SeriesQuery } from '../analyzer.ts';
import { closesOf } from '../detect/bin-bugs.ts';
import type { EvaluatedBin } from '../detect/evaluated-bin.ts';
import { BIN } from '../facts/limits.ts';
import type { Bin } from '../facts/service-bins.ts';
import { isoTime } from './incident-verdict.ts';
import type { ServiceView } from './service-view.ts';

/** The timeline's bins from..to, of the services that the query names. Bins without anything are there, with zeros. */
export function seriesOf(
  views: Iterable<ServiceView>,
  { from, to, binSeconds, service, environment }: SeriesQuery,
): SeriesBin[] {
  const width = binSeconds * BIN;
  const start = Math.floor(from / width) * width;
  const count = Math.max(0, Math.ceil((to - start) / width));
  const series = Array.from({ length: count }, (_, index) => emptyBin(start + index * width));
  for (const view of views) {
    if (service !== undefined && view.facts.service !== service) continue;
    if (environment !== undefined && view.facts.environment !== environment) continue;
    addService(series, view, start / BIN, binSeconds);
  }
  for (const bin of series) roundCounts(bin);
  return series;
}

function emptyBin(time: number): SeriesBin {
  return { time: isoTime(time), closes: {}, payloadBugs: 0, payloadEquivalents: 0, expected: 0, opens: 0, open: 0 };
}

function addService(series: SeriesBin[], { facts, detector }: ServiceView, first: number, width: number): void {
  for (const [index, target] of series.entries()) {
    let open: number | null = null;
    for (let number = first + index * width; number < first + (index + 1) * width; number++) {
      addCounts(target, facts.bins.bins.get(number));
      const evaluated: EvaluatedBin | undefined = detector.evaluated.get(number);
      target.expected += evaluated?.expected ?? 0;
      open = evaluated?.open ?? open;
    }
    target.open += open ?? 0;
  }
}

/** Weights of sampled spans are seldom whole; what is shown is counts. */
function roundCounts(bin: SeriesBin): void {
  bin.opens = Math.round(bin.opens);
  bin.payloadBugs = Math.round(bin.payloadBugs);
  bin.payloadEquivalents = Math.round(bin.payloadEquivalents);
  for (const [code, count] of Object.entries(bin.closes)) bin.closes[code] = Math.round(count);
}

function addCounts(target: SeriesBin, bin: Bin | undefined): void {
  if (!bin) return;
  target.opens += bin.opens;
  target.payloadBugs += closesOf(bin.bugs.values());
  target.payloadEquivalents += bin.equivalents;
  for (const [code, count] of bin.closes) {
    if (count === 0) continue;
    const key = String(code ?? UNKNOWN_CODE);
    target.closes[key] = (target.closes[key] ?? 0) + count;
  }
}

/** Where a close carries no code at all it is shown as one without a close frame. */
const UNKNOWN_CODE = 1006;
