import type { SeriesBin, ServiceSummary, Verdict } from '@closewatch/analyzer';
import { countOf, countText, expectationText, percentText } from '../number-text.ts';
import { silenceOf } from '../silence.ts';
import { dayAndClockText, durationText, type Zone } from '../time-text.ts';
import { shareBack } from '../verdict/share-back.ts';
import type { Reason } from '../verdict/words.ts';

/** Past verdicts that quiet tells of. */
const MOST_TOLD = 4;

/**
 * How long nothing at all has been heard, when every service is silent (milliseconds); else null. Quiet services and a
 * broken pipeline look alike, so this is never called quiet.
 */
export function silenceOfAll(services: readonly ServiceSummary[], now: number): number | null {
  const silences = services.map(service => silenceOf(service, now));
  if (silences.length === 0 || silences.includes(null)) return null;
  return Math.min(...silences.map(Number));
}

/** Why there is nothing to worry about: what was counted and expected, and who reports. */
export function whyQuiet(
  bins: readonly SeriesBin[],
  minutes: number,
  services: readonly ServiceSummary[],
  now: number,
): Reason[] {
  const reasons: Reason[] = [];
  if (bins.length > 0) {
    const bugs = bins.reduce((sum, bin) => sum + bin.payloadBugs, 0);
    const expected = expectationText(bins.reduce((sum, bin) => sum + bin.expected, 0));
    reasons.push({
      fact: `${countOf(bugs, 'payload close')} in ${minutes} min`,
      rest: `, where ${expected} are expected.`,
    });
  }
  const reporting = services.filter(service => silenceOf(service, now) === null);
  if (reporting.length > 0) {
    const newest = Math.max(...reporting.map(service => Date.parse(service.lastEventAt)));
    const all = reporting.length === services.length;
    const who = all ? 'report' : `of ${countText(services.length)} report`;
    const fact = services.length === 1 ? `${services[0]?.service} reports` : `${countText(reporting.length)} ${who}`;
    reasons.push({ fact, rest: `; the newest data is ${durationText(now - newest)} old.` });
  }
  return reasons;
}

/** The bins in which no past payload bug was on: those are told by their verdict, and are no reason for quiet. */
export function binsOutside(verdicts: readonly Verdict[], bins: readonly SeriesBin[], binSeconds: number): SeriesBin[] {
  const spans = verdicts
    .filter(verdict => verdict.kind === 'payload_bug' && verdict.status === 'ended')
    .map(({ startedAt, endedAt }) => ({ from: Date.parse(startedAt), to: Date.parse(endedAt ?? startedAt) }));
  return bins.filter(bin => {
    const at = Date.parse(bin.time);
    return !spans.some(span => at + binSeconds * 1000 > span.from && at < span.to);
  });
}

/** What was seen and let pass: lone payload bugs, and the newest verdicts that did not page. */
export function letPass(
  verdicts: readonly Verdict[],
  bins: readonly SeriesBin[],
  { binSeconds, now, zone }: { binSeconds: number; now: number; zone: Zone },
): Reason[] {
  const passed = verdicts
    .filter(verdict => verdict.status === 'ended' && verdict.severity !== 'page')
    .slice(0, MOST_TOLD)
    .map(verdict => {
      const back = verdict.reconnect === undefined ? '' : `, ${percentText(shareBack(verdict.reconnect))} back`;
      const at = dayAndClockText(Date.parse(verdict.startedAt), now, zone);
      return { fact: verdict.headline, rest: `, ${at}${back}.` };
    });
  const lone = binsOutside(verdicts, bins, binSeconds).filter(bin => bin.payloadBugs > 0);
  const newest = lone.at(-1);
  if (newest === undefined) return passed;
  const bugs = lone.reduce((sum, bin) => sum + bin.payloadBugs, 0);
  const at = dayAndClockText(Date.parse(newest.time), now, zone);
  const last = bugs === 1 ? `at ${at}` : `the last at ${at}`;
  return [
    { fact: countOf(bugs, 'payload close'), rest: `, ${last}: too few clients, or no more than usual, so no verdict.` },
    ...passed,
  ];
}
