import { parseArgs } from 'node:util';
import { BASE_RATES } from './base-rates.ts';

const SECTIONS = ['counts', 'quiet', 'oracle', 'peers'] as const;
export type Section = (typeof SECTIONS)[number];

export const HELP = `npm run bench -- detection [options]

Whether detector A pages without a bug, how soon it pages with one, and what others make of the same counts.

  counts  labelled weekly counts through closewatch backtest, beside Farrington flexible and EARS C1-C3
  quiet   false pages of services without a bug: flat, and with seasons, traffic steps and deploys
  oracle  delay with a known and with a learnt baseline, as ratios to the CUSUM that is told everything
  peers   delay of eight other detectors, at their defaults and tuned to our false alarms

  --only LIST      sections (${SECTIONS.join(',')})
  --rates LIST     base rates (${BASE_RATES.map(({ name }) => name).join(',')})
  --full           100 service-years for each base rate and 400 changes a cell: some hours; else a few minutes
  --years N        service-years for each base rate (100 with --full; else 12 at rates up to 1/h, less above)
  --changes N      simulated changes of each cell (400 with --full; else 60)
  --tuned-on WHICH quiet services that peers are tuned on: flat, lively or all (all)
  --dispersion N   one dispersion for the peers (2; with --full 1, 2 and 5)
  --seed N         (1)
  --json FILE      all figures, one JSON object a line, written as they come
  --help           this text`;

const OPTIONS = {
  only: { type: 'string', default: SECTIONS.join(',') },
  rates: { type: 'string' },
  full: { type: 'boolean', default: false },
  years: { type: 'string' },
  changes: { type: 'string' },
  'tuned-on': { type: 'string', default: 'all' },
  dispersion: { type: 'string' },
  seed: { type: 'string', default: '1' },
  json: { type: 'string' },
  help: { type: 'boolean', default: false },
} as const;

export interface DetectionOptions {
  only: readonly Section[];
  rates: typeof BASE_RATES;
  full: boolean;
  /** Null: by base rate. */
  years: number | null;
  changes: number;
  tunedOn: 'flat' | 'lively' | 'all';
  /** Null: by the kind of run. */
  dispersion: number | null;
  seed: number;
  json: string | undefined;
  help: boolean;
}

/** @throws RangeError for an option that is none, or for a value that it can't have */
export function detectionOptions(args: readonly string[]): DetectionOptions {
  const { values } = parseArgs({ args: [...args], options: OPTIONS });
  const { full } = values;
  const rates = values.rates?.split(',').map(name =>
    oneOf(
      'rates',
      name,
      BASE_RATES.map(rate => rate.name),
    ),
  );
  return {
    only: values.only.split(',').map(name => oneOf('only', name, SECTIONS)),
    rates: BASE_RATES.filter(({ name }) => rates === undefined || rates.includes(name)),
    full,
    years: values.years === undefined ? (full ? 100 : null) : wholeNumber('years', values.years),
    changes: values.changes === undefined ? (full ? 400 : 60) : wholeNumber('changes', values.changes),
    tunedOn: oneOf('tuned-on', values['tuned-on'], ['flat', 'lively', 'all']),
    dispersion: values.dispersion === undefined ? null : wholeNumber('dispersion', values.dispersion),
    seed: wholeNumber('seed', values.seed),
    json: values.json,
    help: values.help,
  };
}

function oneOf<const Name extends string>(option: string, name: string, names: readonly Name[]): Name {
  const found = names.find(one => one === name);
  if (found !== undefined) return found;
  throw new RangeError(`--${option}: expected some of ${names.join(',')}, got "${name}"`);
}

function wholeNumber(name: string, text: string): number {
  const number = Number(text);
  if (Number.isSafeInteger(number) && number >= 1) return number;
  throw new RangeError(`--${name}: expected a whole number from 1 on, got "${text}"`);
}
