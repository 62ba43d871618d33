import { useEffect } from 'preact/hooks';
import { apiAddress } from './api.ts';
import { CodesPage } from './page/codes-page.tsx';
import { Overview } from './page/overview.tsx';
import { VerdictPage } from './page/verdict-page.tsx';
import { VerdictsPage } from './page/verdicts-page.tsx';
import { type Route, route } from './route.ts';
import { verdicts } from './state.ts';
import { HatchDefinition } from './swatch.tsx';
import { TopBar } from './top-bar.tsx';
import { openVerdicts } from './verdict/lead.ts';

/** The whole page: the bar, and what the address names. */
export function App() {
  const shown = route.value;
  const title = titleOf(shown);
  useEffect(() => {
    document.title = title;
  }, [title]);
  return (
    <>
      <HatchDefinition />
      <button type="button" class="skip" onClick={skipToMain}>
        Skip to the verdict
      </button>
      <p class="unseen" role="status">
        {openVerdicts(verdicts.value ?? [])[0]?.headline}
      </p>
      <div class="page">
        <TopBar />
        <main id="main" tabIndex={-1}>
          <Page route={shown} />
        </main>
        <Footer />
      </div>
    </>
  );
}

function Footer() {
  return (
    <footer class="meta">
      <a href={apiAddress('export', { format: 'otlp' })} download="closewatch.otlp.jsonl">
        All stored events, as OTLP lines
      </a>
    </footer>
  );
}

function Page({ route: shown }: { route: Route }) {
  if (shown.page === 'overview') return <Overview />;
  if (shown.page === 'verdicts') return <VerdictsPage />;
  if (shown.page === 'verdict') return <VerdictPage key={shown.id} id={shown.id} />;
  if (shown.page === 'codes') return <CodesPage />;
  return (
    <section class="verdict">
      <h1>There is no such page</h1>
      <p class="lead">
        The address ends in {shown.hash}. <a href="#/">Overview</a>
      </p>
    </section>
  );
}

function titleOf(shown: Route): string {
  if (shown.page === 'codes') return '1007 or 1012? – Closewatch';
  if (shown.page === 'verdicts') return 'Verdicts – Closewatch';
  if (shown.page === 'verdict') {
    return `${(verdicts.value ?? []).find(({ id }) => id === shown.id)?.headline ?? 'Verdict'} – Closewatch`;
  }
  const lead = openVerdicts(verdicts.value ?? [])[0];
  return `${lead?.headline ?? 'All quiet'} – Closewatch`;
}

/** A button and no link: the part after # is the page's address, so "#main" would leave the page that is shown. */
function skipToMain(): void {
  document.getElementById('main')?.focus();
}
