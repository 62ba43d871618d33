import { parseArgs } from 'node:util';

export const HELP = `npm run bench -- analyze [options]

What the analyzer costs: a replay of a day from a Parquet export and from OTLP lines, beside JSON.parse of the same lines, each in a process of
its own; and a tick of the engine over histories of several lengths, numbers of open connections and of cohorts.

  --closes N        closes of the day (10,000,000)
  --connects yes|no whether each close's connect row is there too, as our instrumentation sends it (no)
  --lines N         rows of it that are also OTLP lines (500,000)
  --runs N          runs of each replay (1)
  --only NAME       parquet, lines, tick or cohorts; all where it is left out
  --keep DIR        where the history is made and left: the next run with it reads the same one
  --seed N          (1)
  --help            this text`;

export interface AnalyzeOptions {
  closes: number;
  connects: boolean;
  lines: number;
  runs: number;
  only: string | undefined;
  keep: string | undefined;
  seed: number;
  help: boolean;
}

/** @throws RangeError for a value that an option can't have */
export function analyzeOptions(args: readonly string[]): AnalyzeOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      closes: { type: 'string', default: '10000000' },
      connects: { type: 'string', default: 'no' },
      lines: { type: 'string', default: '500000' },
      runs: { type: 'string', default: '1' },
      only: { type: 'string' },
      keep: { type: 'string' },
      seed: { type: 'string', default: '1' },
      help: { type: 'boolean', default: false },
    },
  });
  return {
    closes: wholeNumber('closes', values.closes),
    connects: values.connects === 'yes',
    lines: wholeNumber('lines', values.lines),
    runs: wholeNumber('runs', values.runs),
    only: values.only,
    keep: values.keep,
    seed: wholeNumber('seed', values.seed),
    help: values.help,
  };
}

function wholeNumber(name: string, text: string): number {
  const number = Number(text);
  if (Number.isSafeInteger(number) && number > 0) return number;
  throw new RangeError(`--${name}: expected a whole number from 1 on, got "${text}"`);
}
