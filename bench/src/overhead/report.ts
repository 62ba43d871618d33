import { cpus } from 'node:os';
import { type MedianEstimate, medianEstimate } from '../confidence.ts';
import { WORKS, type WorkName } from './costs.ts';
import { SIDES, type SideName } from './sides.ts';

const ROWS = {
  small: { title: 'echo of 64 B, CPU a message', unit: 'µs', digits: 2 },
  large: { title: 'echo of 64 kB, CPU a message between full collections', unit: 'µs', digits: 0 },
  largeCollected: { title: 'the same, full collections included', unit: 'µs', digits: 0 },
  connection: { title: 'connect and close, CPU', unit: 'µs', digits: 0 },
  heap: { title: 'heap an open connection', unit: 'B', digits: 0 },
  rss: { title: 'resident set an open connection', unit: 'B', digits: 0 },
} as const;

export type RowName = keyof typeof ROWS;

/** Every figure of a run: one object a round, by side; microseconds of CPU, bytes of memory. */
export interface Measured {
  sides: SideName[];
  /** Open connections of the memory rows. */
  connections: number;
  /** Megabytes that the application itself keeps in memory. */
  liveHeap: number;
  rows: Partial<Record<RowName, Record<SideName, number>[]>>;
}

/** What runs on OpenTelemetry's SDK, and is compared with that alone too. */
const ON_THE_SDK: readonly SideName[] = ['loaded', 'closewatch', 'opentelemetry-ws'];

/** Markdown tables: medians, and what each side adds to the bare one, and to the SDK alone, as a ratio (CPU) or a difference (memory). */
export function reportOf({ sides, connections, liveHeap, rows }: Measured): string {
  const onTheSdk = sides.includes('sdk') ? sides.filter(side => ON_THE_SDK.includes(side)) : [];
  return [
    `Node ${process.versions.node}, ${cpus().length} cores (${cpus()[0]?.model ?? 'unknown'}); ${connections} open connections; ${liveHeap} MB of the application's own.`,
    `Medians of ${counts(rows)}; in brackets the interval of the median ratio or difference, each within a round.`,
    '',
    ...tableOf(rows, 'bare', sides),
    ...(onTheSdk.length > 0 ? ['', ...tableOf(rows, 'sdk', ['sdk', ...onTheSdk])] : []),
  ].join('\n');
}

function tableOf(rows: Measured['rows'], base: SideName, sides: readonly SideName[]): string[] {
  const header = ['', ...sides.map(side => SIDES[side].title)];
  const lines = (Object.keys(ROWS) as RowName[])
    .filter(row => rows[row])
    .map(row => lineOf(row, rows[row]!, base, sides));
  return [
    `| ${header.join(' | ')} |`,
    `|${header.map(() => '---').join('|')}|`,
    ...lines.map(cells => `| ${cells.join(' | ')} |`),
  ];
}

function counts(rows: Measured['rows']): string {
  const text = (rounds: readonly unknown[], what: string) => {
    const { confidence } = medianEstimate(rounds.map((_, i) => i));
    return `${rounds.length} rounds for ${what} (${(confidence * 100).toFixed(1)} % confidence)`;
  };
  const cpu = (Object.keys(WORKS) as WorkName[]).map(row => rows[row]).find(rounds => rounds);
  const parts = [cpu && text(cpu, 'CPU'), rows.heap && text(rows.heap, 'memory')];
  return parts.filter(part => part !== undefined).join(', ');
}

function lineOf(
  row: RowName,
  rounds: readonly Record<SideName, number>[],
  base: SideName,
  sides: readonly SideName[],
): string[] {
  const { title, unit, digits } = ROWS[row];
  return [
    title,
    ...sides.map(side => {
      const absolute = `${number(medianEstimate(rounds.map(round => round[side])).median, digits)} ${unit}`;
      if (side === base) return absolute;
      return unit === 'B'
        ? `${signed(medianEstimate(rounds.map(round => round[side] - round[base])))} B`
        : `${absolute}, ${ratio(medianEstimate(rounds.map(round => round[side] / round[base])))}`;
    }),
  ];
}

function ratio({ median, low, high }: MedianEstimate): string {
  return `**${number(median, 3)}x** (${number(low, 3)} to ${number(high, 3)})`;
}

function signed({ median, low, high }: MedianEstimate): string {
  const text = (value: number) => `${value < 0 ? '' : '+'}${number(value, 0)}`;
  return `**${text(median)}** (${text(low)} to ${text(high)})`;
}

function number(value: number, digits: number): string {
  return value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}
