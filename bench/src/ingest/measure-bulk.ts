import { APPEND_ROWS } from '@closewatch/collector';
import { AskedProcess } from './asked-process.ts';
import { expectStored, inFolder } from './measure.ts';

/** Sides that are given rows instead of requests, and their processes. */
export const BULK_SIDES = { limit: 'limit-process.ts', clickhouse: 'clickhouse-process.ts' } as const;
export type BulkSide = keyof typeof BULK_SIDES;

/** Rows of a batch, and so of a commit: the collector's under load. */
const BATCH = APPEND_ROWS;

export interface BulkWork {
  folder: string;
  rows: number;
  batch: number;
}

export interface BulkOutcome {
  /** Rows counted in the store. */
  stored: number;
  /** Milliseconds. */
  elapsed: number;
  cpuMicros: number;
  peakBytes: number;
}

export interface MeasuredBulk {
  rowsPerSecond: number;
  microsPerRow: number;
  peakBytes: number;
}

/** `least` is rounded up to whole batches. */
export async function measureBulk(side: BulkSide, least: number, execArgv: readonly string[]): Promise<MeasuredBulk> {
  return inFolder(async folder => {
    const rows = Math.ceil(least / BATCH) * BATCH;
    const child = new AskedProcess(BULK_SIDES[side], execArgv);
    const work: BulkWork = { folder, batch: BATCH, rows };
    const { stored, elapsed, cpuMicros, peakBytes } = await child.ask<BulkOutcome>('run', work);
    await child.stop();
    expectStored(stored, rows);
    return { rowsPerSecond: (rows / elapsed) * 1_000, microsPerRow: cpuMicros / rows, peakBytes };
  });
}
