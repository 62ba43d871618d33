import { parseArgs } from 'node:util';
import { CASES, type Case } from './cases.ts';

export const HELP = `npm run bench -- ingest [options]

Durable spans a second over real OTLP, beside the store alone, a plain pipeline and the ClickHouse engine; acknowledgement at 80 % of
the goals. Receiver and sender are processes of their own, and both work on this machine's cores.

  --rounds N        rounds of every case and side, interleaved; medians are printed (2)
  --cases A,B       only these: ${CASES.map(({ name }) => name).join(', ')}
                    ("none" for the sides alone)
  --sides A,B       only these of limit, clickhouse, plain ("none" for the cases alone)
  --paced yes|no    whether to measure acknowledgement at 80 % of the goals (yes)
  --scale X         X times as many spans a round (1)
  --soak            instead: steady load at half of the maximum, with queries running
  --minutes N       how long the soak takes (10)
  --rate N          spans a second of the soak; by default half of what it measures first
  --profile DIR     writes a CPU profile of each receiver to DIR
  --json            one JSON object a line: every measured run
  --help            this text`;

const OPTIONS = {
  rounds: { type: 'string', default: '2' },
  cases: { type: 'string', default: CASES.map(({ name }) => name).join(',') },
  sides: { type: 'string', default: 'limit,clickhouse,plain' },
  paced: { type: 'string', default: 'yes' },
  scale: { type: 'string', default: '1' },
  soak: { type: 'boolean', default: false },
  minutes: { type: 'string', default: '10' },
  rate: { type: 'string' },
  profile: { type: 'string' },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

const SIDES = ['limit', 'clickhouse', 'plain'] as const;
type SideName = (typeof SIDES)[number];

export interface IngestOptions {
  rounds: number;
  cases: readonly Case[];
  sides: readonly SideName[];
  paced: boolean;
  scale: number;
  soak: boolean;
  minutes: number;
  /** Spans a second; null to measure. */
  rate: number | null;
  /** Of the receivers' processes. */
  execArgv: readonly string[];
  json: boolean;
  help: boolean;
}

/** @throws RangeError, or TypeError for an unknown option */
export function ingestOptions(args: readonly string[]): IngestOptions {
  const { values } = parseArgs({ args: [...args], options: OPTIONS });
  const scale = positive('scale', values.scale);
  return {
    rounds: Math.ceil(positive('rounds', values.rounds)),
    cases: listed(
      'cases',
      values.cases,
      CASES.map(({ name }) => name),
    )
      .map(name => CASES.find(known => known.name === name)!)
      .map(chosen => ({ ...chosen, spans: Math.ceil(chosen.spans * scale) })),
    sides: listed('sides', values.sides, SIDES),
    paced: listed('paced', values.paced, ['yes', 'no'] as const)[0] === 'yes',
    scale,
    soak: values.soak,
    minutes: positive('minutes', values.minutes),
    rate: values.rate === undefined ? null : positive('rate', values.rate),
    execArgv: values.profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${values.profile}`],
    json: values.json,
    help: values.help,
  };
}

function listed<Name extends string>(option: string, text: string, known: readonly Name[]): Name[] {
  if (text === 'none') return [];
  return text.split(',').map(name => {
    if (!known.includes(name as Name))
      throw new RangeError(`expected --${option} to be of ${known.join(', ')}, got "${name}"`);
    return name as Name;
  });
}

function positive(option: string, text: string): number {
  const number = Number(text);
  if (!(number > 0)) throw new RangeError(`expected --${option} to be a number above 0, got "${text}"`);
  return number;
}
