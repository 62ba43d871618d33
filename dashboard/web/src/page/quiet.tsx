import type { ServiceSummary, Verdict } from '@closewatch/analyzer';
import { countOf } from '../number-text.ts';
import { binSeconds, bins, now, rangeMinutes, services, verdicts, watermark, zone } from '../state.ts';
import { durationText } from '../time-text.ts';
import { ReasonList, ReasonPair } from '../verdict/reasons.tsx';
import { binsOutside, letPass, silenceOfAll, whyQuiet } from './quiet-words.ts';

/** Quiet is a verdict too: it says what was seen, and what was let pass. */
export function Quiet() {
  const known = services.value ?? [];
  if (watermark.value === null && known.length === 0) return <NothingYet />;
  const told = verdicts.value ?? [];
  const shown = bins.value ?? [];
  const counted = binsOutside(told, shown, binSeconds.value);
  const place = { binSeconds: binSeconds.value, now: now.value, zone: zone.value };
  const silence = silenceOfAll(known, now.value);
  return (
    <>
      <section class="verdict" aria-label="Verdict">
        <p class="kicker">
          <span>
            <b>Nothing open.</b> <LastPage verdicts={told} />
          </span>
        </p>
        {silence === null ? <h1>All quiet</h1> : <h1>Nothing heard for {durationText(silence)}</h1>}
        {silence === null ? (
          <Totals services={known} />
        ) : (
          <p class="lead">Services with nothing to say and a broken pipeline look alike from here.</p>
        )}
      </section>
      <ReasonPair>
        {silence === null && (
          <ReasonList title="Why we think so" reasons={whyQuiet(counted, rangeMinutes.value, known, now.value)} isFor />
        )}
        <ReasonList title="What we saw, and let pass" reasons={letPass(told, shown, place)} />
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

function LastPage({ verdicts: told }: { verdicts: readonly Verdict[] }) {
  const paged = told.find(verdict => verdict.status === 'ended' && verdict.severity === 'page');
  if (paged === undefined) return <>No page on record</>;
  return <>Last page {durationText(now.value - Date.parse(paged.detectedAt))} ago</>;
}

function Totals({ services: known }: { services: readonly ServiceSummary[] }) {
  const open = known.reduce((sum, service) => sum + service.open, 0);
  const closes = known.reduce((sum, service) => sum + service.closesPerMinute, 0);
  if (known.length === 0) return null;
  return (
    <p class="lead">
      <b>{countOf(open, 'connection')}</b> on <b>{countOf(known.length, 'service')}</b>,{' '}
      <b>{countOf(Math.round(closes), 'close')} a minute</b>.
    </p>
  );
}
