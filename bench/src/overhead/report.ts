import { cpus } from 'node:os';
import { type MedianEstimate, medianEstimate } from '../confidence.ts';
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

/** A Markdown table: medians, and what each side adds to the bare one, as a ratio (CPU) or a difference (memory). */
export function reportOf({ sides, connections, liveHeap, rows }: Measured): string {
  const header = ['', ...sides.map(side => SIDES[side].title)];
  const lines = (Object.keys(ROWS) as RowName[]).filter(row => rows[row]).map(row => lineOf(row, rows[row]!, sides));
  return [
    `Node ${process.versions.node}, ${cpus().length} cores (${cpus()[0]?.model ?? 'unknown'}); ${connections} open connections; ${liveHeap} MB of the application's own.`,
    `Medians of ${counts(rows)}; in brackets the interval of the median ratio or difference, each within a round.`,
    '',
    `| ${header.join(' | ')} |`,
    `|${header.map(() => '---').join('|')}|`,
    ...lines.map(cells => `| ${cells.join(' | ')} |`),
  ].join('\n');
}

function counts(rows: Measured['rows']): string {
  const text = (rounds: readonly unknown[], what: string) => {
    const { confidence } = medianEstimate(rounds.map((_, i) => i));
    return `${rounds.length} rounds for ${what} (${(confidence * 100).toFixed(1)} % confidence)`;
  };
  const parts = [rows.small && text(rows.small, 'CPU'), rows.heap && text(rows.heap, 'memory')];
  return parts.filter(part => part !== undefined).join(', ');
}

function lineOf(row: RowName, rounds: readonly Record<SideName, number>[], sides: readonly SideName[]): string[] {
  const { title, unit, digits } = ROWS[row];
  return [
    title,
    ...sides.map(side => {
      const absolute = `${number(medianEstimate(rounds.map(round => round[side])).median, digits)} ${unit}`;
      if (side === 'bare') return absolute;
      return unit === 'B'
        ? `${signed(medianEstimate(rounds.map(round => round[side] - round.bare)))} B`
        : `${absolute}, ${ratio(medianEstimate(rounds.map(round => round[side] / round.bare)))}`;
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
