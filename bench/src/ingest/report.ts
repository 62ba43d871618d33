import { cpus } from 'node:os';
import { spreadOf, textOfSpread } from '../spread.ts';
import type { Case } from './cases.ts';
import type { Measured } from './measure.ts';
import type { MeasuredBulk } from './measure-bulk.ts';

const MIB = 2 ** 20;

export interface Table {
  header: readonly string[];
  rows: string[][];
}

/** A Markdown table. */
export function textOfTable({ header, rows }: Table): string {
  return [header, header.map(() => '---'), ...rows].map(cells => `| ${cells.join(' | ')} |`).join('\n');
}

export function machineLine(rounds: number): string {
  const model = cpus()[0]?.model ?? 'unknown';
  return `Node ${process.versions.node}, ${cpus().length} cores (${model}); ${rounds} rounds, median (min to max).`;
}

const LATENCY_HEADER = ['ack p50, ms', 'ack p99, ms', 'longest, ms'];

/** As fast as it goes. `limits` are the rows a second of the store alone, a round each; a ratio is of one round. */
export function casesTable(measured: ReadonlyMap<Case, readonly Measured[]>, limits: readonly number[]): Table {
  const header = ['sent', 'spans a request', 'gzip', 'senders', 'durable spans/s', 'of the limit', ...LATENCY_HEADER];
  return {
    header: [...header, 'receiver, µs CPU a span', 'of it JavaScript', 'sender, µs', 'peak memory, MiB'],
    rows: [...measured].map(([{ transport, batch, gzip, lanes }, rounds]) => [
      transport === 'http' ? 'HTTP' : 'gRPC',
      String(batch),
      gzip ? 'yes' : 'no',
      String(lanes),
      spread(rounds, ({ spansPerSecond }) => spansPerSecond),
      ratios(rounds, limits),
      ...costs(rounds),
    ]),
  };
}

/** What stands beside it. */
export function sidesTable(
  bulk: ReadonlyMap<string, readonly MeasuredBulk[]>,
  plain: ReadonlyMap<Case, readonly Measured[]>,
  limits: readonly number[],
): Table {
  const bulkRows = [...bulk].map(([title, rounds]) => [
    title,
    spread(rounds, ({ rowsPerSecond }) => rowsPerSecond),
    textOfSpread(spreadOf(rounds.map(({ rowsPerSecond }, i) => rowsPerSecond / (limits[i] ?? Number.NaN))), 2),
    spread(rounds, ({ microsPerRow }) => microsPerRow, 1),
    spread(rounds, ({ peakBytes }) => peakBytes / MIB),
  ]);
  const plainRows = [...plain].map(([{ name }, rounds]) => [
    `plain pipeline, ${name}`,
    spread(rounds, ({ spansPerSecond }) => spansPerSecond),
    ratios(rounds, limits),
    spread(rounds, ({ receiverMicros }) => receiverMicros, 1),
    spread(rounds, ({ peakBytes }) => peakBytes / MIB),
  ]);
  return {
    header: ['side', 'durable rows/s', 'of the limit', 'µs CPU a row', 'peak memory, MiB'],
    rows: [...bulkRows, ...plainRows],
  };
}

/** At a steady pace: latency from the time at which a request was due. */
export function pacedTable(measured: ReadonlyMap<Case, { pace: number; rounds: readonly Measured[] }>): Table {
  const header = ['sent', 'asked for, spans/s', 'durable spans/s', ...LATENCY_HEADER];
  return {
    header: [...header, 'receiver, µs CPU a span', 'of it JavaScript', 'sender, µs', 'peak memory, MiB'],
    rows: [...measured].map(([{ name }, { pace, rounds }]) => [
      name,
      pace.toLocaleString('en'),
      spread(rounds, ({ spansPerSecond }) => spansPerSecond),
      ...costs(rounds),
    ]),
  };
}

function costs(rounds: readonly Measured[]): string[] {
  return [
    spread(rounds, ({ p50 }) => p50),
    spread(rounds, ({ p99 }) => p99),
    spread(rounds, ({ longest }) => longest),
    spread(rounds, ({ receiverMicros }) => receiverMicros, 1),
    spread(rounds, ({ mainThreadMicros }) => mainThreadMicros, 1),
    spread(rounds, ({ senderMicros }) => senderMicros, 1),
    spread(rounds, ({ peakBytes }) => peakBytes / MIB),
  ];
}

function ratios(rounds: readonly Measured[], limits: readonly number[]): string {
  if (limits.length === 0) return '';
  return textOfSpread(spreadOf(rounds.map(({ spansPerSecond }, i) => spansPerSecond / limits[i]!)), 2);
}

function spread<Round>(rounds: readonly Round[], value: (round: Round) => number, digits = 0): string {
  return textOfSpread(spreadOf(rounds.map(value)), digits);
}
