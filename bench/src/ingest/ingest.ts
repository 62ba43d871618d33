import { AskedProcess } from './asked-process.ts';
import { CASES, type Case, GOALS } from './cases.ts';
import { type Measured, measure, type ReceiverName } from './measure.ts';
import { type BulkSide, type MeasuredBulk, measureBulk } from './measure-bulk.ts';
import { HELP, type IngestOptions, ingestOptions } from './options.ts';
import { casesTable, machineLine, pacedTable, sidesTable, textOfTable } from './report.ts';

/** Rows of a round of a side that is given rows; spans of a round of the plain pipeline, which is slower. */
const BULK_ROWS = 600_000;
const PLAIN_SPANS = 100_000;
const PLAIN_CASES = ['http-20-gzip', 'http-500-gzip'];
const BULK_TITLES: Record<BulkSide, string> = {
  limit: 'the limit: decoded columns, our store alone, commits of 20,480',
  clickhouse: 'ClickHouse in process: Native blocks of 20,480, MergeTree, fsync_after_insert',
};
/** Seconds at a steady pace, at 80 % of the goal. */
const PACED_SECONDS = 5;
const PACED_SHARE = 0.8;

/** Every figure of a run, a value a round. */
interface Figures {
  cases: Map<Case, Measured[]>;
  bulk: Map<BulkSide, MeasuredBulk[]>;
  plain: Map<Case, Measured[]>;
  paced: Map<Case, { pace: number; rounds: Measured[] }>;
}

/** `npm run bench -- ingest`: see HELP. */
export async function benchIngest(args: readonly string[]): Promise<void> {
  const options = ingestOptions(args);
  if (options.help) return console.log(HELP);
  if (options.soak) return (await import('./soak.ts')).soak(options);
  const sender = new AskedProcess('sender-process.ts');
  const figures: Figures = { cases: new Map(), bulk: new Map(), plain: new Map(), paced: new Map() };
  for (let round = 0; round < options.rounds; round++) await runRound(sender, options, figures);
  await sender.stop();
  if (!options.json) print(figures, options.rounds);
}

/** Every side once, so that a ratio within a round is of the same minute of a shared machine. */
async function runRound(sender: AskedProcess, options: IngestOptions, figures: Figures): Promise<void> {
  const { scale, execArgv, sides } = options;
  const run = async (receiver: ReceiverName, chosen: Case, pace: number | null = null) => {
    const measured = await measure(sender, receiver, chosen, pace, execArgv);
    console.error(`${receiver} ${chosen.name}: ${Math.round(measured.spansPerSecond).toLocaleString('en')} spans/s`);
    if (options.json) console.log(JSON.stringify({ receiver, case: chosen.name, pace, ...measured }));
    return measured;
  };
  for (const side of ['limit', 'clickhouse'] as const) {
    if (!sides.includes(side)) continue;
    const measured = await measureBulk(side, BULK_ROWS * scale, execArgv);
    if (options.json) console.log(JSON.stringify({ side, ...measured }));
    add(figures.bulk, side, measured);
  }
  for (const chosen of options.cases) add(figures.cases, chosen, await run('closewatch', chosen));
  for (const name of sides.includes('plain') ? PLAIN_CASES : []) {
    const chosen = caseNamed(name);
    add(figures.plain, chosen, await run('plain', { ...chosen, spans: PLAIN_SPANS * scale }));
  }
  for (const { name, spansPerSecond } of options.paced ? GOALS : []) {
    const [chosen, pace] = [caseNamed(name), spansPerSecond * PACED_SHARE];
    const paced = figures.paced.get(chosen) ?? { pace, rounds: [] };
    figures.paced.set(chosen, paced);
    paced.rounds.push(await run('closewatch', { ...chosen, spans: pace * PACED_SECONDS * scale }, pace));
  }
}

function print({ cases, bulk, plain, paced }: Figures, rounds: number): void {
  const limits = (bulk.get('limit') ?? []).map(({ rowsPerSecond }) => rowsPerSecond);
  const titled = new Map([...bulk].map(([side, measured]) => [BULK_TITLES[side], measured]));
  console.log(machineLine(rounds));
  if (cases.size > 0) console.log(`\nAs fast as it goes:\n\n${textOfTable(casesTable(cases, limits))}`);
  if (titled.size + plain.size > 0)
    console.log(`\nBeside it, in the same run:\n\n${textOfTable(sidesTable(titled, plain, limits))}`);
  if (paced.size > 0) console.log(`\nAt 80 % of the goals, at a steady pace:\n\n${textOfTable(pacedTable(paced))}`);
}

function caseNamed(name: string): Case {
  return CASES.find(known => known.name === name)!;
}

function add<Key, Value>(map: Map<Key, Value[]>, key: Key, value: Value): void {
  map.set(key, [...(map.get(key) ?? []), value]);
}
