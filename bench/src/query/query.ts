import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Store } from '@closewatch/collector';
import { ClickHousePeer } from './clickhouse-peer.ts';
import { type Archive, DAY_MS, DAYS, END, lastDays, makeHistory, openHistory } from './history.ts';
import { HELP, type QueryOptions, queryOptions } from './options.ts';
import { exampleOf, type Question, questionsOver } from './questions.ts';

/** As the product keeps closed days by default; also where a short history's are no smaller for it. */
const PACKED: Archive = { packAfterDays: 2, packedShare: Number.POSITIVE_INFINITY };
const LENGTHS = [1, 10, DAYS];

/** What reads cost over histories of several lengths, and what a row takes. */
export async function benchQuery(args: string[]): Promise<void> {
  const options = queryOptions(args);
  if (options.help) return console.log(HELP);
  if (options.keep) return measure(options.keep, options);
  const root = mkdtempSync(join(options.folder ?? tmpdir(), 'closewatch-query-'));
  try {
    await measure(root, options);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

async function measure(root: string, options: QueryOptions): Promise<void> {
  const began = performance.now();
  const { closes, seed, connects } = options;
  const whole = join(root, `${closes}-${seed}-${connects ? 'connects' : 'closes'}`);
  await madeOnce(whole, folder => makeHistory(folder, { seed, withConnects: connects }, closes));
  console.log(
    `${closes.toLocaleString('en')} closes over ${DAYS} days, seed ${seed}, ${
      connects ? 'with their connect rows' : 'without connect rows'
    }, made in ${seconds(began)} s; ${options.runs} runs a question after one: median (95th percentile), ms\n`,
  );
  for (const days of LENGTHS) {
    const folder = `${whole}-${days}`;
    await madeOnce(folder, async made => lastDays(whole, made, days));
    await measureHistory(folder, days, PACKED, options);
  }
  if (options.parquet) await measureParquet(`${whole}-${DAYS}`, options);
}

/** A folder that is there only when it is whole. */
async function madeOnce(folder: string, make: (folder: string) => Promise<void>): Promise<void> {
  if (existsSync(folder)) return;
  const unfinished = `${folder}.unfinished`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { recursive: true });
  await make(unfinished);
  renameSync(unfinished, folder);
}

async function measureHistory(folder: string, days: number, archive: Archive, options: QueryOptions): Promise<void> {
  const began = performance.now();
  const store = await openHistory(folder, archive);
  console.log(`${days} days, opened, rolled up and rewritten in ${seconds(began)} s`);
  printSizes(store);
  const questions = questionsOver(days, await exampleOf(store, days));
  for (const question of questions) await printAnswer(question, options.runs, () => question.ask(store));
  console.log('');
  await store.close();
}

/** All days but the last as Parquet, and the same questions to ClickHouse, which is given these files. */
async function measureParquet(folder: string, options: QueryOptions): Promise<void> {
  console.log('As Parquet:');
  await measureHistory(folder, DAYS, { parquetAfterDays: 1 }, options);
  if (!options.clickhouse) return;
  const store = await openHistory(folder, { parquetAfterDays: 1 }, END + DAY_MS);
  const example = await exampleOf(store, DAYS);
  await store.close();
  const peer = await ClickHousePeer.fill(join(folder, 'clickhouse'), join(folder, 'days'));
  console.log(
    `ClickHouse in this process, ${DAYS} days, the same rows: ${(peer.bytes / peer.rows).toFixed(1)} bytes a row`,
  );
  for (const question of peer.questions(DAYS, example)) await printAnswer(question, options.runs, question.ask);
  peer.close();
}

async function printAnswer(
  { name, goal }: Pick<Question, 'name' | 'goal'>,
  runs: number,
  ask: () => Promise<number>,
): Promise<void> {
  const groups = await ask();
  const times: number[] = [];
  for (let run = 0; run < runs; run++) {
    const began = performance.now();
    await ask();
    times.push(performance.now() - began);
  }
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.min(runs - 1, Math.floor(share * runs))]!.toFixed(1);
  const goalText = goal === null ? '' : `  goal ${goal}`;
  console.log(
    `  ${name.padEnd(44)} ${at(0.5).padStart(8)} (${at(0.95)})  ${groups.toLocaleString('en')} rows${goalText}`,
  );
}

/** Bytes a row, by the form of the days. */
function printSizes(store: Store): void {
  for (const form of ['live', 'closed', 'packed', 'parquet'] as const) {
    const days = store.status().days.filter(day => day.form === form);
    const [rows, bytes] = [sum(days.map(day => day.rows)), sum(days.map(day => day.bytes))];
    if (rows > 0)
      console.log(
        `  ${form}: ${days.length} days, ${rows.toLocaleString('en')} rows, ${(bytes / rows).toFixed(1)} bytes a row`,
      );
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function seconds(began: number): string {
  return ((performance.now() - began) / 1000).toFixed(1);
}
