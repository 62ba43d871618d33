import { useSignal } from '@preact/signals';
import { fetchOlderVerdicts } from '../refetch.ts';
import { olderCursor, olderVerdicts, verdicts } from '../state.ts';
import { VerdictTable } from '../verdict/verdict-table.tsx';

/** Every verdict that is kept, newest first. */
export function VerdictsPage() {
  const known = verdicts.value;
  return (
    <>
      <section class="verdict">
        <h1>Verdicts</h1>
        <p class="lead">
          What Closewatch said, newest first. Waves are labelled as expected; nothing is suppressed for them.
        </p>
      </section>
      {known === null ? (
        <p class="nothing">Loading the verdicts…</p>
      ) : (
        <VerdictTable verdicts={[...known, ...olderVerdicts.value]} />
      )}
      {olderCursor.value !== null && <Older />}
    </>
  );
}

function Older() {
  const problem = useSignal<string | null>(null);
  const fetchOlder = () =>
    fetchOlderVerdicts().catch((error: unknown) => {
      problem.value = error instanceof Error ? error.message : String(error);
    });
  return (
    <p>
      <button type="button" class="older" onClick={fetchOlder}>
        Older verdicts
      </button>{' '}
      {problem.value}
    </p>
  );
}
