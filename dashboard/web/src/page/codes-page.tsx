import type { VerdictKind } from '@closewatch/analyzer';
import { verdictHref } from '../route.ts';
import { eventNow, verdicts } from '../state.ts';
import { Swatch } from '../swatch.tsx';
import { factAndRest, statusText } from '../verdict/words.ts';
import { COMPARISON, OTHER_CODES } from './code-facts.ts';
import { Shape } from './shape.tsx';

/** 1007 and 1012 side by side, and every other code. */
export function CodesPage() {
  return (
    <>
      <section class="verdict">
        <h1>1007 or 1012?</h1>
        <p class="lead">
          <b>1007 is somebody’s bug.</b> <b>1012 is somebody’s deploy.</b>
        </p>
        <p class="lead">A deploy closes thousands, a bug a handful: on one scale the first hides the second.</p>
      </section>
      <table class="versus">
        <caption class="unseen">1007 and 1012 side by side</caption>
        <thead>
          <tr>
            <td />
            <th scope="col">
              <Swatch code="1007" size={20} />
              <b class="ink-1007">1007</b>
              <span>invalid payload data</span>
            </th>
            <th scope="col">
              <Swatch code="1012" size={20} />
              <b class="ink-1012">1012</b>
              <span>service restart</span>
            </th>
          </tr>
        </thead>
        <tbody>
          <tr>
            <th scope="row">Over time</th>
            <td>
              <Shape code="1007" />
            </td>
            <td>
              <Shape code="1012" />
            </td>
          </tr>
          {COMPARISON.map(({ question, bug, wave, isYesOrNo }) => (
            <tr key={question}>
              <th scope="row">{question}</th>
              <Answer text={bug} isYesOrNo={isYesOrNo} />
              <Answer text={wave} isYesOrNo={isYesOrNo} />
            </tr>
          ))}
          <tr>
            <th scope="row">Here, last seen</th>
            <Newest kind="payload_bug" />
            <Newest kind="deploy_wave" />
          </tr>
        </tbody>
      </table>
      <section class="block" aria-labelledby="others">
        <header>
          <h2 id="others">Every other code</h2>
        </header>
        <dl class="codes">
          {OTHER_CODES.map(({ code, colour, meaning }) => (
            <div key={code}>
              <dt>
                <Swatch code={colour} />
                {code}
              </dt>
              <dd>{meaning}</dd>
            </div>
          ))}
        </dl>
      </section>
    </>
  );
}

function Newest({ kind }: { kind: VerdictKind }) {
  const newest = (verdicts.value ?? []).find(verdict => verdict.kind === kind && verdict.status !== 'withdrawn');
  if (newest === undefined) return <td>No verdict on record</td>;
  return (
    <td>
      <a class="plain" href={verdictHref(newest.id)}>
        {newest.headline}
      </a>
      <small>{statusText(newest, eventNow.value)}</small>
    </td>
  );
}

function Answer({ text, isYesOrNo }: { text: string | readonly string[]; isYesOrNo: boolean | undefined }) {
  if (typeof text === 'string' && isYesOrNo) {
    const { fact, rest } = factAndRest(text);
    return (
      <td>
        <b>{fact}</b>
        {rest}
      </td>
    );
  }
  if (typeof text === 'string') return <td>{text}</td>;
  return (
    <td>
      <ol>
        {text.map(step => (
          <li key={step}>{step}</li>
        ))}
      </ol>
    </td>
  );
}
