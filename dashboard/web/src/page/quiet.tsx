import type { Verdict } from '@closewatch/analyzer';
import { countOf, countText, expectationText, percentText } from '../number-text.ts';
import { binSeconds, bins, now, rangeMinutes, services, verdicts, watermark, zone } from '../state.ts';
import { dayAndClockText, durationText } from '../time-text.ts';
import { ReasonList, ReasonPair } from '../verdict/reasons.tsx';
import { headlineParts } from '../verdict/words.ts';

/** Past verdicts that quiet tells of. */
const MOST_TOLD = 4;

/** Quiet is a verdict too: it says what was seen, and what was let pass. */
export function Quiet() {
  const known = services.value;
  if (watermark.value === null && (known === null || known.length === 0)) return <NothingYet />;
  const past = (verdicts.value ?? []).filter(verdict => verdict.status === 'ended');
  return (
    <>
      <section class="verdict" aria-label="Verdict">
        <p class="kicker">
          <span>
            <b>Nothing open.</b> <LastPage past={past} />
          </span>
        </p>
        <h1>All quiet</h1>
        <Totals />
      </section>
      <ReasonPair>
        <ReasonList title="Why we think so" sentences={whyQuiet()} isFor />
        <ReasonList title="What we saw, and let pass" sentences={letPass(past)} />
      </ReasonPair>
    </>
  );
}

function NothingYet() {
  return (
    <section class="verdict" aria-label="Verdict">
      <p class="kicker">
        <b>Nothing to judge yet.</b>
      </p>
      <h1>No close has arrived</h1>
      <p class="lead">
        Closewatch speaks as soon as an instrumented service sends its first spans. Until then:{' '}
        <a href="#/codes">1007 or 1012?</a>
      </p>
    </section>
  );
}

function LastPage({ past }: { past: readonly Verdict[] }) {
  const paged = past.find(verdict => verdict.severity === 'page');
  if (paged === undefined) return <>No page on record</>;
  return <>Last page {durationText(now.value - Date.parse(paged.detectedAt))} ago</>;
}

function Totals() {
  const known = services.value;
  if (known === null) return null;
  const open = known.reduce((sum, service) => sum + service.open, 0);
  const closes = known.reduce((sum, service) => sum + service.closesPerMinute, 0);
  return (
    <p class="lead">
      <b>{countOf(open, 'connection')}</b> on <b>{countOf(known.length, 'service')}</b>,{' '}
      <b>{countOf(Math.round(closes), 'close')} a minute</b>.
    </p>
  );
}

function whyQuiet(): string[] {
  const shown = binsOutsideVerdicts();
  const bugs = shown.reduce((sum, bin) => sum + bin.payloadBugs, 0);
  const expected = shown.reduce((sum, bin) => sum + bin.expected, 0);
  const sentences: string[] = [];
  if (shown.length > 0) {
    const minutes = rangeMinutes.value;
    sentences.push(
      `${countOf(bugs, 'payload close')} in ${minutes} min, where ${expectationText(expected)} are expected.`,
    );
  }
  const known = services.value ?? [];
  const oldest = Math.min(...known.map(service => Date.parse(service.lastEventAt)));
  if (known.length > 0) {
    const names = known.length === 1 ? `${known[0]?.service} reports` : `${countText(known.length)} services report`;
    sentences.push(`${names}: the longest silence is ${durationText(now.value - oldest)}.`);
  }
  return sentences;
}

/** Bins in which no payload bug was on: those of a past verdict are told by the verdict, and are no reason for quiet. */
function binsOutsideVerdicts() {
  const spans = (verdicts.value ?? [])
    .filter(verdict => verdict.kind === 'payload_bug' && verdict.status === 'ended')
    .map(({ startedAt, endedAt }) => ({ from: Date.parse(startedAt), to: Date.parse(endedAt ?? startedAt) }));
  const length = binSeconds.value * 1000;
  return (bins.value ?? []).filter(bin => {
    const at = Date.parse(bin.time);
    return !spans.some(span => at + length > span.from && at < span.to);
  });
}

function letPass(past: readonly Verdict[]): string[] {
  const passed = past.filter(verdict => verdict.severity !== 'page');
  return passed.slice(0, MOST_TOLD).map(verdict => {
    const { what } = headlineParts(verdict.headline);
    const at = dayAndClockText(Date.parse(verdict.startedAt), now.value, zone.value);
    const back = verdict.reconnect === undefined ? '' : `, ${percentText(1 - verdict.reconnect.neverBack)} back`;
    return `${what.replace(/:$/, '')}: ${at}, over since${back}.`;
  });
}
