import { ANALYZED_FIELDS } from '@closewatch/analyzer';
import { APPEND_ROWS, type Store } from '@closewatch/collector';

/** What the product asks while rows come in: the analyzer's follow, and a page that somebody has open. */
export interface QueryTimes {
  name: string;
  calls: number;
  rows: number;
  /** Milliseconds. */
  median: number;
  longest: number;
}

/** The pause between ticks: the analyzer's. */
const TICK_MS = 500;
const DASHBOARD_MS = 1_000;
const WINDOW_MS = 60 * 60 * 1_000;

/** Asks until it is stopped; `stop` gives what each kind of query took. @throws what a query threw, at `stop` */
export function startQueries(store: Store): { stop(): Promise<QueryTimes[]> } {
  let running = true;
  const kinds = [follow(store), closes(store), hour(store)];
  const loops = kinds.map(async ({ pause, ask, times }) => {
    while (running) {
      const began = performance.now();
      times.rows += await ask();
      times.taken.push(performance.now() - began);
      await new Promise(resolve => setTimeout(resolve, pause));
    }
  });
  return {
    async stop() {
      running = false;
      await Promise.all(loops);
      return kinds.map(({ times: { name, rows, taken } }) => {
        const sorted = taken.sort((a, b) => a - b);
        return {
          name,
          rows,
          calls: taken.length,
          median: sorted[sorted.length >> 1] ?? 0,
          longest: sorted.at(-1) ?? 0,
        };
      });
    },
  };
}

interface Kind {
  pause: number;
  /** Rows that came. */
  ask(): Promise<number>;
  times: { name: string; rows: number; taken: number[] };
}

/** Everything new, page by page, as the analyzer does each tick. */
function follow(store: Store): Kind {
  let sequence = 0;
  return {
    pause: TICK_MS,
    times: { name: 'readEventsAfter, all that is new', rows: 0, taken: [] },
    async ask() {
      for (let rows = 0; ; ) {
        const page = await store.readEventsAfter(sequence, APPEND_ROWS, ANALYZED_FIELDS);
        sequence = page.sequence;
        rows += page.events.length;
        if (page.events.length < APPEND_ROWS) return rows;
      }
    },
  };
}

function closes(store: Store): Kind {
  return {
    pause: DASHBOARD_MS,
    times: { name: 'readCloses, 50 payload bugs of an hour', rows: 0, taken: [] },
    async ask() {
      const to = Date.now();
      return (await store.readCloses({ from: to - WINDOW_MS, to, payloadBugsOnly: true, limit: 50 })).length;
    },
  };
}

function hour(store: Store): Kind {
  return {
    pause: DASHBOARD_MS,
    times: { name: 'readWindow, an hour by second, code and version', rows: 0, taken: [] },
    async ask() {
      const to = Date.now();
      return (await store.readWindow({ from: to - WINDOW_MS, to, binMs: 1_000, by: ['code', 'serviceVersion'] }))
        .groups;
    },
  };
}
