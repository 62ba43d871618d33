import { verdictHref } from '../route.ts';
import { now, verdicts, zone } from '../state.ts';
import { Swatch } from '../swatch.tsx';
import { dayAndClockText } from '../time-text.ts';
import { Timeline } from '../timeline/timeline.tsx';
import { openVerdicts } from '../verdict/lead.ts';
import { Reasons } from '../verdict/reasons.tsx';
import { VerdictTable } from '../verdict/verdict-table.tsx';
import { VerdictWords } from '../verdict/verdict-words.tsx';
import { codeOfKind } from '../verdict/words.ts';
import { Quiet } from './quiet.tsx';
import { ServicesTable } from './services-table.tsx';

/** Verdicts that the overview lists; the others are on their own page. */
const MOST_LISTED = 8;

/** The verdict in words, its reasons, the timeline, the verdicts and the services. */
export function Overview() {
  const known = verdicts.value;
  if (known === null) return <p class="nothing">Loading the verdicts…</p>;
  const [lead, ...others] = openVerdicts(known);
  return (
    <>
      {lead === undefined ? (
        <Quiet />
      ) : (
        <>
          <VerdictWords verdict={lead} link />
          {others.length > 0 && <AlsoOpen verdicts={others} />}
          <Reasons evidence={lead.evidence} dismissed={lead.dismissed} />
        </>
      )}
      <Timeline />
      <section class="block" aria-labelledby="verdicts">
        <header>
          <h2 id="verdicts">Verdicts</h2>
          {known.length > MOST_LISTED && <a href="#/verdicts">All of them</a>}
        </header>
        <VerdictTable verdicts={known.slice(0, MOST_LISTED)} />
      </section>
      <ServicesTable />
    </>
  );
}

function AlsoOpen({ verdicts: open }: { verdicts: ReturnType<typeof openVerdicts> }) {
  return (
    <section class="also" aria-labelledby="also">
      <h2 id="also">Also open</h2>
      <ul>
        {open.map(verdict => {
          const code = codeOfKind(verdict.kind);
          return (
            <li key={verdict.id}>
              {code !== null && <Swatch code={code} />}
              <span>
                <a href={verdictHref(verdict.id)}>{verdict.headline}</a>
                <span class="second">
                  {verdict.severity === 'page' ? ', paging, since' : ', since'}{' '}
                  {dayAndClockText(Date.parse(verdict.startedAt), now.value, zone.value)}
                </span>
              </span>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
