import { route } from './route.ts';
import { browserNow, lastHeardAt, liveState, problem } from './state.ts';
import { durationText } from './time-text.ts';

/** Name, pages, and whether what is shown is live. */
export function TopBar() {
  const { page } = route.value;
  return (
    <header class="top">
      <a class="brand" href="#/" aria-label="Closewatch, overview">
        <svg viewBox="0 0 16 16" aria-hidden="true">
          <path d="M1 9V4M5 9V1M9 9V5M13 9V3" />
          <path class="pale" d="M1 15v-2M5 15v-2M9 15v-3M13 15v-2" />
        </svg>
        <span>Closewatch</span>
      </a>
      <nav aria-label="Pages">
        <a href="#/" aria-current={page === 'overview' ? 'page' : undefined}>
          Overview
        </a>
        <a href="#/verdicts" aria-current={page === 'verdicts' || page === 'verdict' ? 'page' : undefined}>
          Verdicts
        </a>
        <a href="#/codes" aria-current={page === 'codes' ? 'page' : undefined}>
          Codes
        </a>
      </nav>
      <LiveMark />
    </header>
  );
}

/** Seconds since the stream last spoke. The words that a screen reader hears change only with the state. */
function LiveMark() {
  const state = liveState.value;
  const heardAt = lastHeardAt.value;
  const age = heardAt === null ? '' : durationText(browserNow.value - heardAt);
  if (state === 'live' && problem.value !== null) {
    return (
      <span class="live lost" role="status">
        <i />
        <span>live, but a request failed: {problem.value}</span>
      </span>
    );
  }
  if (state === 'connecting') return <span class="live waiting">connecting…</span>;
  if (state === 'live') {
    return (
      <span class="live">
        <i />
        <span>live, {age} ago</span>
      </span>
    );
  }
  return (
    <span class="live lost" role="status">
      <i />
      <span>{heardAt === null ? 'no connection' : `connection lost, data is ${age} old`}</span>
    </span>
  );
}
