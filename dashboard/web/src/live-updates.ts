import type { Verdict, VerdictEvent } from '@closewatch/analyzer';
import { effect } from '@preact/signals';
import type { SeriesDelta } from '../../src/live-stream.ts';
import { apiAddress } from './api.ts';
import { refetchDeliveries, refetchOwedDeliveries, refetchSeries, refetchTables, refetchVerdicts } from './refetch.ts';
import * as state from './state.ts';
import { mergeBins, windowOfBins } from './timeline/series-window.ts';

/** The server says something at least every 5 s; three missed beats are a lost connection. */
const LOST_AFTER = 15_000; // ms
/** An `EventSource` that got an error answer does not try again by itself. */
const TRY_AGAIN_AFTER = 3_000; // ms
/** Late rows (up to 15 minutes) change old bins, which deltas do not carry. */
const REFETCH_EVERY = 60_000; // ms
/** Services and deploys have no events of their own. */
const TABLES_EVERY = 5_000; // ms
/** Nor have deliveries, and whether somebody was paged is waited for; without one that is owed this asks nothing. */
const DELIVERIES_EVERY = 2_000; // ms

const VERDICT_EVENTS = ['verdict.opened', 'verdict.updated', 'verdict.ended', 'verdict.withdrawn'] as const;

let stream: EventSource | undefined;

/** Follows the stream, and fetches everything whenever it opens: at the start, and after it had been away. */
export function startLiveUpdates(): void {
  effect(() => {
    void state.rangeMinutes.value; // Another range needs other bins even where their length is the same.
    openStream(state.wantedBinSeconds.value);
  });
  setInterval(eachSecond, 1000);
  setInterval(() => attempt(refetchSeries), REFETCH_EVERY);
  setInterval(() => attempt(refetchTables), TABLES_EVERY);
  setInterval(() => attempt(refetchOwedDeliveries), DELIVERIES_EVERY);
}

function openStream(bin: number): void {
  stream?.close();
  let isFetched = false;
  const source = new EventSource(apiAddress('stream', { bin }));
  stream = source;
  source.onerror = () => {
    isFetched = false;
    state.liveState.value = 'lost';
    if (source.readyState !== EventSource.CLOSED) return;
    setTimeout(() => stream === source && openStream(bin), TRY_AGAIN_AFTER);
  };
  for (const type of VERDICT_EVENTS) {
    source.addEventListener(type, message => {
      const event: VerdictEvent = JSON.parse(message.data);
      hear();
      keepVerdict(event.data);
      attempt(() => refetchDeliveries(event.data.id));
    });
  }
  source.addEventListener('series.delta', message => {
    const event: SeriesDelta = JSON.parse(message.data);
    state.clockOffset.value = Date.parse(event.timestamp) - Date.now();
    hear();
    applyDelta(event.data);
    if (isFetched) return;
    // The first delta comes with the connection, and brings the server's clock.
    isFetched = true;
    for (const refetch of [refetchVerdicts, refetchSeries, refetchTables]) attempt(refetch);
  });
}

function hear(): void {
  state.liveState.value = 'live';
  state.lastHeardAt.value = Date.now();
  state.browserNow.value = Date.now();
}

function eachSecond(): void {
  state.browserNow.value = Date.now();
  const heardAt = state.lastHeardAt.value;
  if (state.liveState.value !== 'live' || heardAt === null || Date.now() - heardAt <= LOST_AFTER) return;
  state.liveState.value = 'lost'; // The connection is half open: no error comes, and no data.
  openStream(state.wantedBinSeconds.value);
}

function keepVerdict(verdict: Verdict): void {
  const others = (state.verdicts.value ?? []).filter(({ id }) => id !== verdict.id);
  state.verdicts.value = [verdict, ...others].sort((a, b) => Date.parse(b.startedAt) - Date.parse(a.startedAt));
}

function applyDelta(data: SeriesDelta['data']): void {
  if (data.watermark === null) return;
  const end = Date.parse(data.watermark);
  state.watermark.value = end;
  const known = state.series.value;
  if (known === null || known.binSeconds !== data.binSeconds) return;
  const { from } = windowOfBins(end, state.rangeMinutes.value, data.binSeconds);
  state.series.value = { binSeconds: known.binSeconds, bins: mergeBins(known.bins, data.items, from) };
}

/** A failed request changes nothing that is shown; the stream's state tells that the data is stale. */
function attempt(refetch: () => Promise<void>): void {
  refetch().then(
    () => {
      state.problem.value = null;
    },
    (error: unknown) => {
      state.problem.value = error instanceof Error ? error.message : String(error);
    },
  );
}
