import { parseArgs } from 'node:util';
import { createEngine } from '../../../analyzer/src/engine/engine.ts';
import type { Verdict } from '../../../analyzer/src/verdict.ts';
import type { Random } from '../attribution/random.ts';
import { proportionEstimate, textOfProportion } from '../proportion.ts';
import { BY_PROXY, quietService, rowsOfService, type ServiceOptions } from './simulated-service.ts';
import { cleanOptions, playWave, type WaveCase, type WaveOptions } from './simulated-wave.ts';

const HELP = `npm run bench -- returns [--waves N] [--services N] [--seeds tuning|test] [--only waves|failures|quiet|timeouts|spikes]

Clean waves and waves whose clients stay away, judged by the analyzer's own reconnect health; quiet services, services behind a
proxy's timeout and services with a spike of a code, through its engine: how many verdicts, and how soon. Shares with
Wilson's 95 % intervals. Figures that are quoted come from the test seeds; rules were tuned on the others.
  --waves N     clean waves of each kind (default 1000)
  --services N  quiet services (default 1000)`;

const FIRST_SEED = { tuning: 1, test: 1_000_000 } as const;

export function benchReturns(args: readonly string[]): void {
  const { values } = parseArgs({
    args: [...args],
    options: {
      waves: { type: 'string', default: '1000' },
      services: { type: 'string', default: '1000' },
      seeds: { type: 'string', default: 'test' },
      only: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(HELP);
    return;
  }
  const seeds = values.seeds === 'tuning' || values.seeds === 'test' ? values.seeds : null;
  if (seeds === null) throw new RangeError(`expected --seeds to be tuning or test, got "${values.seeds}"`);
  const first = FIRST_SEED[seeds];
  const [waves, services] = [wholeOf('--waves', values.waves), wholeOf('--services', values.services)];
  const parts: Record<string, () => string> = {
    waves: () => cleanWaves(first, waves),
    failures: () => failures(first + 100_000, Math.max(20, Math.round(waves / 10))),
    quiet: () => quiet(first + 200_000, services),
    timeouts: () => timeouts(first + 300_000, Math.max(5, Math.round(services / 50))),
    spikes: () => spikes(first + 400_000, Math.max(5, Math.round(services / 20))),
  };
  for (const [name, part] of Object.entries(parts))
    if (values.only === undefined || values.only === name) console.log(`${part()}\n`);
}

function wholeOf(name: string, text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new RangeError(`expected ${name} to be a whole number from 1 on, got "${text}"`);
  return Number(text);
}

/** Waves after which nothing is wrong, by how many leave for good. */
function cleanWaves(first: number, count: number): string {
  const lines = ['| clean waves, of 3 to 3,000 clients | | notices | pages |', '|---|---|---|---|'];
  for (const [index, leaves] of [0, 0.01, 0.02, 0.03, 0.05].entries()) {
    const cases = Array.from({ length: count }, (_, seed) =>
      playWave(first + index * count + seed, random => cleanOptions(random, leaves)),
    );
    lines.push(
      `| ${leaves * 100} % leave for good | ${count} | ${shareOf(cases, 'notice')} | ${shareOf(cases, 'page')} |`,
    );
  }
  return lines.join('\n');
}

/** Waves after which a share of the clients stays away. */
function failures(first: number, count: number): string {
  const lines = [
    '| clients | stay away | ids | told | pages | seconds after the last close: median, p95 |',
    '|---|---|---|---|---|---|',
  ];
  let seed = first;
  for (const ids of [true, false])
    for (const clients of [10, 50, 200, 1_000])
      for (const stayAway of [0.1, 0.3, 1]) {
        const options: WaveOptions = { clients, stayAway, ids, visitorsPerSecond: 0.05 };
        const cases = Array.from({ length: count }, () => playWave(seed++, () => options));
        const told = cases.filter(({ severity }) => severity !== null);
        const delays = told.map(({ detectedAfter }) => detectedAfter!).sort((a, b) => a - b);
        lines.push(
          `| ${clients} | ${stayAway * 100} % | ${ids ? 'yes' : 'no'} | ${textOfProportion(proportionEstimate(told.length, count))} | ${shareOf(cases, 'page')} | ${quantiles(delays)} |`,
        );
      }
  return lines.join('\n');
}

const HOUR = 3_600;

/** Services on which nothing is wrong, an hour each, half of them with a roll. */
function quiet(first: number, count: number): string {
  const kinds = new Map<string, number>();
  let [rows, rolls] = [0, 0];
  for (let seed = first; seed < first + count; seed += 1) {
    let options: ServiceOptions | null = null;
    const { verdicts, events } = judge(seed, random => {
      options = quietService(random, HOUR);
      return options;
    });
    rows += events;
    if (options!.rollsAt !== null) rolls += 1;
    for (const { kind, severity } of verdicts)
      kinds.set(`${kind}, ${severity}`, (kinds.get(`${kind}, ${severity}`) ?? 0) + 1);
  }
  const lines = [
    `${count} quiet services, an hour each, ${rolls} with a roll; ${rows.toLocaleString('en-US')} rows.`,
    '',
    '| verdicts | | share of the services |',
    '|---|---|---|',
  ];
  for (const kind of [
    'idle_timeout, info',
    'close_spike, notice',
    'reconnect_failure, notice',
    'reconnect_failure, page',
  ])
    if (!kinds.has(kind)) kinds.set(kind, 0);
  for (const [kind, found] of [...kinds].sort())
    lines.push(`| ${kind} | ${found} | ${textOfProportion(proportionEstimate(Math.min(found, count), count))} |`);
  return lines.join('\n');
}

/** Services some of whose connections are ended by a proxy, or by a timer of their application. */
function timeouts(first: number, count: number): string {
  const lines = [
    '| opens a second | fall silent | ended by | told, with that timeout | others told | minutes: median, p95 |',
    '|---|---|---|---|---|---|',
  ];
  let seed = first;
  for (const how of ['proxy', 'code 4000', 'terminate()'] as const)
    for (const timeout of how === 'proxy' ? [60, 100, 240, 350] : [60])
      for (const [opensPerSecond, share] of [
        [0.05, 0.5],
        [0.5, 0.1],
        [0.5, 0.5],
      ] as const) {
        let [told, others] = [0, 0];
        const delays: number[] = [];
        for (let index = 0; index < count; index += 1) {
          const options = { ...EVEN, opensPerSecond, idle: { share, timeout, how: ENDS[how] } };
          const found = judge(seed++, () => options).verdicts.filter(({ kind }) => kind === 'idle_timeout');
          const right = found.find(({ timeoutSeconds }) => timeoutSeconds === timeout);
          if (right) {
            told += 1;
            delays.push((Date.parse(right.detectedAt) - Date.parse('2026-11-23T10:00:00Z')) / 60_000);
          }
          others += found.length - (right ? 1 : 0);
        }
        delays.sort((a, b) => a - b);
        lines.push(
          `| ${opensPerSecond} | ${share * 100} % | ${how} after ${timeout} s | ${textOfProportion(proportionEstimate(told, count))} | ${others} | ${quantiles(delays)} |`,
        );
      }
  return lines.join('\n');
}

const ENDS = {
  proxy: BY_PROXY,
  'code 4000': { code: 4000, initiator: 'local' },
  'terminate()': { code: 1006, initiator: 'local' },
} as const;

/** People stay fifteen minutes in the mean. */
const EVEN: ServiceOptions = {
  seconds: 2 * HOUR,
  opensPerSecond: 0.5,
  stay: random => random.exponential(900),
  vanish: 0.3,
  codes: [],
  refusals: [],
  rollsAt: null,
  idle: { share: 0, timeout: 60, how: BY_PROXY },
};

/** Services in whose second half a code, or a status of handshakes, comes so many times as often as before. */
function spikes(first: number, count: number): string {
  const lines = ['| usually a minute | times | told | others told | seconds: median, p95 |', '|---|---|---|---|---|'];
  let seed = first;
  for (const perMinute of [0.05, 0.5, 5])
    for (const times of [3, 10, 100]) {
      let [told, others] = [0, 0];
      const delays: number[] = [];
      for (let index = 0; index < count; index += 1) {
        const { verdicts } = judge(seed++, () => ({
          ...EVEN,
          opensPerSecond: 1,
          refusals: [{ status: 401, perSecond: perMinute / 60, rises: { at: HOUR, times } }],
        }));
        const spikes = verdicts.filter(({ kind }) => kind === 'close_spike');
        const rose = Date.parse('2026-11-23T11:00:00Z');
        const right = spikes.find(({ detectedAt }) => Date.parse(detectedAt) > rose);
        if (right) {
          told += 1;
          delays.push((Date.parse(right.detectedAt) - rose) / 1_000);
        }
        others += spikes.length - (right ? 1 : 0);
      }
      delays.sort((a, b) => a - b);
      lines.push(
        `| ${perMinute} | ${times} | ${textOfProportion(proportionEstimate(told, count))} | ${others} | ${quantiles(delays)} |`,
      );
    }
  return lines.join('\n');
}

function judge(seed: number, choose: (random: Random) => ServiceOptions): { verdicts: Verdict[]; events: number } {
  const rows = rowsOfService(seed, choose);
  const engine = createEngine();
  engine.ingest(rows);
  return { verdicts: engine.evaluate(), events: rows.length };
}

function shareOf(cases: readonly WaveCase[], severity: 'page' | 'notice'): string {
  return textOfProportion(proportionEstimate(cases.filter(one => one.severity === severity).length, cases.length));
}

function quantiles(sorted: readonly number[]): string {
  if (sorted.length === 0) return '';
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!;
  return `${at(0.5).toFixed(0)}, ${at(0.95).toFixed(0)}`;
}
