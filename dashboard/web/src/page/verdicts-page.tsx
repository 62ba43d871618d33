import { verdicts } from '../state.ts';
import { VerdictTable } from '../verdict/verdict-table.tsx';

/** Every verdict that is kept, newest first. */
export function VerdictsPage() {
  return (
    <>
      <section class="verdict">
        <h1>Verdicts</h1>
        <p class="lead">What Closewatch said, newest first. Waves are labelled as expected; they never hide a bug.</p>
      </section>
      {verdicts.value === null ? (
        <p class="nothing">Loading the verdicts…</p>
      ) : (
        <VerdictTable verdicts={verdicts.value} />
      )}
    </>
  );
}
