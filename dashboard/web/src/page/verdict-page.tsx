import type { Verdict } from '@closewatch/analyzer';
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { CloseExample } from '../../../src/close-example.ts';
import type { List } from '../../../src/list.ts';
import { getJson } from '../api.ts';
import { refetchDeliveries } from '../refetch.ts';
import { deliveries, eventNow, verdicts } from '../state.ts';
import { Timeline } from '../timeline/timeline.tsx';
import { DeliveryTable } from '../verdict/delivery-table.tsx';
import { ExampleTable } from '../verdict/example-table.tsx';
import { Figures } from '../verdict/figures.tsx';
import { PayloadFacts } from '../verdict/payload-facts.tsx';
import { Reasons } from '../verdict/reasons.tsx';
import { VerdictWords } from '../verdict/verdict-words.tsx';

const MOST_EXAMPLES = 20;

/** One verdict: the same words, then figures, payload, deliveries and example closes. */
export function VerdictPage({ id }: { id: string }) {
  const fetched = useSignal<Verdict | null>(null);
  const problem = useSignal<string | null>(null);
  const examples = useSignal<readonly CloseExample[] | null>(null);
  // The stream keeps the list fresh, so it goes before what was fetched once.
  const verdict = (verdicts.value ?? []).find(known => known.id === id) ?? fetched.value;
  const showProblem = (error: unknown) => {
    problem.value = error instanceof Error ? error.message : String(error);
  };

  useEffect(() => {
    getJson<Verdict>(`verdicts/${encodeURIComponent(id)}`).then(found => {
      fetched.value = found;
    }, showProblem);
    refetchDeliveries(id).catch(showProblem);
  }, [id]);
  const closes = verdict?.closes;
  useEffect(() => {
    if (verdict === null) return;
    readExamples(verdict).then(found => {
      examples.value = found;
    }, showProblem);
  }, [id, closes]);

  if (verdict === null) {
    return problem.value === null ? (
      <p class="nothing">Loading the verdict…</p>
    ) : (
      <section class="verdict">
        <h1>This verdict can’t be shown</h1>
        <p class="lead">
          {problem.value} <a href="#/verdicts">All verdicts</a>
        </p>
      </section>
    );
  }
  return (
    <>
      <p class="crumb">
        <a href="#/verdicts">Verdicts</a> / <span class="mono">{verdict.id}</span>
      </p>
      <VerdictWords verdict={verdict} link={false} />
      <Figures verdict={verdict} />
      <Reasons evidence={verdict.evidence} dismissed={verdict.dismissed} />
      {verdict.payload !== undefined && <PayloadFacts verdict={verdict} payload={verdict.payload} />}
      {isRecent(verdict) && <Timeline />}
      <ExampleTable examples={examples.value} />
      <DeliveryTable deliveries={deliveries.value[id]} />
    </>
  );
}

/** The timeline ends now, so it shows a verdict of the last hour only. */
function isRecent({ endedAt }: Verdict): boolean {
  return endedAt === null || eventNow.value - Date.parse(endedAt) < 60 * 60_000;
}

async function readExamples(verdict: Verdict): Promise<CloseExample[]> {
  const { items } = await getJson<List<CloseExample>>('closes', {
    from: verdict.startedAt,
    to: verdict.endedAt ?? undefined,
    service: verdict.service,
    environment: verdict.environment ?? undefined,
    payloadBugs: verdict.kind === 'payload_bug' ? 'true' : undefined,
    limit: MOST_EXAMPLES,
  });
  return items;
}
