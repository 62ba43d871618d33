import type { ServiceSummary } from '../analyzer.ts';
import { BIN } from '../facts/limits.ts';
import { isoTime } from './incident-verdict.ts';
import type { ServiceView } from './service-view.ts';

const MINUTE = 60; // bins
const HOUR = 3_600; // bins

/** One service as the overview shows it at `now` (epoch milliseconds); null before its first row counts. */
export function summaryOf({ facts, detector }: ServiceView, now: number): ServiceSummary | null {
  if (facts.newest === Number.NEGATIVE_INFINITY) return null;
  const edge = Math.floor(now / BIN);
  let closes = 0;
  let payloadBugs = 0;
  let expected = 0;
  for (let number = edge - HOUR + 1; number <= edge; number++) {
    const bin = facts.bins.bins.get(number);
    if (bin && number > edge - MINUTE) for (const count of bin.closes.values()) closes += count;
    payloadBugs += bin?.bugs.size ?? 0;
    expected += detector.evaluated.get(number)?.expected ?? 0;
  }
  const versions = [...facts.versions].sort((a, b) => b[1] - a[1]).map(([version]) => version);
  return {
    service: facts.service,
    environment: facts.environment,
    version: versions[0] ?? null,
    previousVersion: versions[1] ?? null,
    open: detector.evaluated.get(edge)?.open ?? 0,
    closesPerMinute: closes,
    payloadBugsPerHour: payloadBugs,
    expectedPayloadBugsPerHour: expected,
    lastEventAt: isoTime(facts.newest),
  };
}
