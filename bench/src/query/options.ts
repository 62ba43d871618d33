import { parseArgs } from 'node:util';

export const HELP = `npm run bench -- query [options]

What the store's reads cost over 1, 10 and 30 days of history, and what a row takes on the disk: live, packed and as Parquet; the same
questions to the ClickHouse engine in this process, over the same rows.

  --closes N        closes of 30 days (3,000,000); the issue's figures are for 100,000,000, which takes about 20 GB and an hour
  --connects yes|no whether each close's connect row is stored too, as our instrumentation sends it (yes)
  --runs N          runs of each question after one to warm up (11)
  --parquet yes|no  whether all is asked again of Parquet days, and of ClickHouse (yes)
  --clickhouse yes|no  (yes)
  --folder DIR      where the files are made; they are taken away at the end (the system's temporary folder)
  --keep DIR        where the files are made and left: the next run with it asks the same history, as its days have become
  --seed N          (4)
  --help            this text`;

const OPTIONS = {
  closes: { type: 'string', default: '3000000' },
  connects: { type: 'string', default: 'yes' },
  runs: { type: 'string', default: '11' },
  parquet: { type: 'string', default: 'yes' },
  clickhouse: { type: 'string', default: 'yes' },
  folder: { type: 'string' },
  keep: { type: 'string' },
  seed: { type: 'string', default: '4' },
  help: { type: 'boolean', default: false },
} as const;

export interface QueryOptions {
  closes: number;
  connects: boolean;
  runs: number;
  parquet: boolean;
  clickhouse: boolean;
  folder: string | undefined;
  keep: string | undefined;
  seed: number;
  help: boolean;
}

/** @throws RangeError for an option that is none, or for a value that it can't have */
export function queryOptions(args: readonly string[]): QueryOptions {
  const { values } = parseArgs({ args: [...args], options: OPTIONS });
  return {
    closes: wholeNumber('closes', values.closes, 30),
    connects: yesOrNo('connects', values.connects),
    runs: wholeNumber('runs', values.runs, 1),
    parquet: yesOrNo('parquet', values.parquet),
    clickhouse: yesOrNo('clickhouse', values.clickhouse),
    folder: values.folder,
    keep: values.keep,
    seed: wholeNumber('seed', values.seed, 0),
    help: values.help,
  };
}

function wholeNumber(name: string, text: string, least: number): number {
  const number = Number(text);
  if (Number.isSafeInteger(number) && number >= least) return number;
  throw new RangeError(`--${name}: expected a whole number from ${least} on, got "${text}"`);
}

function yesOrNo(name: string, text: string): boolean {
  if (text === 'yes' || text === 'no') return text === 'yes';
  throw new RangeError(`--${name}: expected yes or no, got "${text}"`);
}
