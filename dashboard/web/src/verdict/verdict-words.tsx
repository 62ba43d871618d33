import type { Verdict } from '@closewatch/analyzer';
import type { ComponentChildren } from 'preact';
import { countOf, percentText, secondsText, timesText } from '../number-text.ts';
import { verdictHref } from '../route.ts';
import { deliveries, eventNow, now, zone } from '../state.ts';
import { Swatch } from '../swatch.tsx';
import { clockText, dayAndClockText, zoneText } from '../time-text.ts';
import { shareBack } from './share-back.ts';
import {
  codeOfKind,
  deployText,
  headlineParts,
  kickerText,
  type PageState,
  pageStates,
  statusText,
  sureText,
} from './words.ts';

/** A verdict in words: what first and who second, then since when, how many, who was told, and what to do. */
export function VerdictWords({ verdict, link }: { verdict: Verdict; link: boolean }) {
  const code = codeOfKind(verdict.kind);
  const headline = headlineParts(verdict.headline);
  const deploy = deployText(verdict);
  // Vermilion in a headline always means 1007; a wave has its swatch, and is nothing to look at twice.
  const ink = verdict.kind === 'payload_bug' ? 'ink-1007' : undefined;
  return (
    <section class="verdict" aria-label="Verdict">
      <p class="kicker">
        {code !== null && <Swatch code={code} />}
        <span>
          <b>{kickerText(verdict)}</b> {statusText(verdict, eventNow.value)}
          <span class="wide-only">, {sureText(verdict.confidence)}</span>
        </span>
      </p>
      <h1>
        <span class={ink}>{headline.what}</span>
        {headline.who}
      </h1>
      <p class="lead">
        Since{' '}
        <b>
          {dayAndClockText(Date.parse(verdict.startedAt), now.value, zone.value)} {zoneText(zone.value)}
        </b>
        , <b>{countOf(verdict.clients, 'client')}</b>
        <Amount verdict={verdict} />. <PageSentences verdict={verdict} />
      </p>
      {deploy !== null && (
        <p class="lead">
          Began <b>{deploy.fact}</b>
          {deploy.rest}
        </p>
      )}
      {verdict.reconnect !== undefined && <ReturnSentence reconnect={verdict.reconnect} />}
      <p class="mend">
        <b>To mend it:</b> {verdict.mend} {link && <a href={verdictHref(verdict.id)}>Who, what and examples</a>}
      </p>
    </section>
  );
}

function Amount({ verdict }: { verdict: Verdict }) {
  const { ratio } = verdict;
  if (verdict.kind !== 'payload_bug' || typeof ratio !== 'number') {
    return (
      <>
        , <b>{countOf(verdict.closes, 'close')}</b>
      </>
    );
  }
  return (
    <>
      , <b>{timesText(ratio)} expected</b>
    </>
  );
}

function ReturnSentence({ reconnect }: { reconnect: NonNullable<Verdict['reconnect']> }) {
  return (
    <p class="lead">
      <b>{percentText(shareBack(reconnect))} back</b>
      {reconnect.p50 !== null && shareBack(reconnect) >= 0.5 && (
        <>
          , half of them within <b>{secondsText(reconnect.p50)}</b>
        </>
      )}
      .
    </p>
  );
}

function PageSentences({ verdict }: { verdict: Verdict }): ComponentChildren {
  if (verdict.severity !== 'page') return null;
  const known = deliveries.value[verdict.id];
  if (known === undefined) return null; // Not asked yet: nothing is known, so nothing is said.
  const states = pageStates(known);
  if (states.length === 0) return 'No page was sent: no alert is kept for it.';
  return states.map(state => <PageSentence key={state.channel} page={state} />);
}

function PageSentence({ page }: { page: PageState }) {
  if (page.state === 'sent') {
    return (
      <>
        Page sent to {page.channel} <b>{clockText(page.at, zone.value)}</b>.{' '}
      </>
    );
  }
  const why = page.problem === null ? '' : ` (${page.problem})`;
  if (page.state === 'failed') {
    return (
      <>
        <b>The page to {page.channel} failed</b>
        {why}.{' '}
      </>
    );
  }
  return (
    <>
      <b>Page to {page.channel} not delivered yet</b>, {countOf(page.attempts, 'attempt')}
      {why}.{' '}
    </>
  );
}
