import { slopeOf } from './slope.ts';

const MIB = 2 ** 20;

/** What a process holds, in bytes, by kind. */
export interface Memory {
  resident: number;
  /** V8's heap, and what of it is taken by objects, garbage included. */
  heap: number;
  heapUsed: number;
  /** Buffers of JavaScript outside of that heap. */
  external: number;
  /** The rest: DuckDB, what malloc keeps, code and stacks. */
  rest: number;
}

export interface MemorySample extends Memory {
  minutes: number;
}

/** Of this process, now. */
export function memoryNow(): Memory {
  const { rss, heapTotal, heapUsed, external } = process.memoryUsage();
  return { resident: rss, heap: heapTotal, heapUsed, external, rest: rss - heapTotal - external };
}

const KINDS: readonly [keyof Memory, string][] = [
  ['resident', 'resident'],
  ['heap', "V8's heap"],
  ['heapUsed', 'of it taken'],
  ['external', "JavaScript's buffers"],
  ['rest', 'DuckDB and the rest'],
];

/** Columns of the table. */
const POINTS = 11;

/** MiB by kind over the time; `grows` is the trend in MiB a minute after `warm` minutes. */
export function memoryTable(samples: readonly MemorySample[], warm: number) {
  const points = Array.from(
    { length: POINTS },
    (_, i) => samples[Math.round((i * (samples.length - 1)) / (POINTS - 1))]!,
  );
  const after = samples.filter(({ minutes }) => minutes >= warm);
  return {
    header: ['minute', ...points.map(({ minutes }) => minutes.toFixed(1)), 'grows a minute'],
    rows: KINDS.map(([kind, name]) => [
      `${name}, MiB`,
      ...points.map(point => (point[kind] / MIB).toFixed(0)),
      slopeOf(after.map(sample => [sample.minutes, sample[kind] / MIB])).toFixed(1),
    ]),
  };
}
