import type { Verdict } from '@closewatch/analyzer';
import { verdictHref } from '../route.ts';
import { eventNow, now, zone } from '../state.ts';
import { Swatch } from '../swatch.tsx';
import { dayAndClockText, zoneText } from '../time-text.ts';
import { codeOfKind, kindText, severityText, statusText } from './words.ts';

/** Verdicts, newest first. */
export function VerdictTable({ verdicts }: { verdicts: readonly Verdict[] }) {
  if (verdicts.length === 0) return <p class="nothing">None so far.</p>;
  return (
    <table class="stack verdicts">
      <thead>
        <tr>
          <th scope="col">Began, {zoneText(zone.value)}</th>
          <th scope="col">Kind</th>
          <th scope="col">Service</th>
          <th scope="col">Verdict</th>
          <th scope="col">Status</th>
        </tr>
      </thead>
      <tbody>
        {verdicts.map(verdict => (
          <VerdictRow key={verdict.id} verdict={verdict} />
        ))}
      </tbody>
    </table>
  );
}

function VerdictRow({ verdict }: { verdict: Verdict }) {
  const code = codeOfKind(verdict.kind);
  return (
    <tr>
      <td>{dayAndClockText(Date.parse(verdict.startedAt), now.value, zone.value)}</td>
      <td>
        <span class="kind">
          {code !== null && <Swatch code={code} />}
          <span>
            {kindText(verdict.kind)}
            <small>{severityText(verdict)}</small>
          </span>
        </span>
      </td>
      <td>
        {verdict.service}
        {verdict.environment !== null && <small>{verdict.environment}</small>}
      </td>
      <td class="full">
        <a href={verdictHref(verdict.id)}>{verdict.headline}</a>
      </td>
      <td class="full">{statusText(verdict, eventNow.value)}</td>
    </tr>
  );
}
