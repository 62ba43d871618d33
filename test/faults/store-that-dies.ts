import { existsSync, readdirSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { openDuckDbStore } from '@closewatch/collector';
import { numberedCloses } from './numbered-closes.ts';

/**
 * A store that takes rows until somebody kills it. Arguments: the data folder and what it lives through. After its opening, and after each append
 * that the store has acknowledged, it writes to standard output how many rows are stored: what is read there is a promise.
 */
const [folder = '', mode = ''] = process.argv.slice(2);

const ROWS = 200;
const COMMITS_A_DAY = mode === 'day change' || mode === 'retention' ? 2 : Number.POSITIVE_INFINITY;
const START = Date.parse('2026-11-23T12:00:00Z');
const DAY_MS = 86_400_000;

// A clock that never goes back: at a start it is the last day's noon.
const days = join(folder, 'days');
const lastDay = existsSync(days) ? readdirSync(days).sort().at(-1)?.slice(0, '2026-11-23'.length) : undefined;
let now = lastDay === undefined ? START : Date.parse(`${lastDay}T12:00:00Z`);
const store = await openDuckDbStore({
  folder,
  now: () => now,
  upkeepMs: 1,
  checkpointBytes: mode === 'checkpoint' ? 1 : 64 * 1024 * 1024,
  ...(mode === 'retention' && { retention: { days: 2 } }),
});
let rows = store.status().sequence;
for (let commits = 0; ; commits++) {
  writeSync(1, `${rows}\n`);
  if (commits > 0 && commits % COMMITS_A_DAY === 0) now += DAY_MS;
  const { stored } = await store.appendEvents(numberedCloses(rows, ROWS, now));
  rows += stored;
}
