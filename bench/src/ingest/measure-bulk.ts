import { AskedProcess } from './asked-process.ts';
import { expectStored, inFolder } from './measure.ts';

/** A side that is given rows instead of requests: its process, and the rows of a batch. */
export const BULK_SIDES = {
  limit: { file: 'limit-process.ts', batch: 20_480 },
  clickhouse: { file: 'clickhouse-process.ts', batch: 10_000 },
} as const;
export type BulkSide = keyof typeof BULK_SIDES;

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

export async function measureBulk(side: BulkSide, rows: number, execArgv: readonly string[]): Promise<MeasuredBulk> {
  return inFolder(async folder => {
    const { file, batch } = BULK_SIDES[side];
    const child = new AskedProcess(file, execArgv);
    const work: BulkWork = { folder, batch, rows };
    const { stored, elapsed, cpuMicros, peakBytes } = await child.ask<BulkOutcome>('run', work);
    await child.stop();
    expectStored(stored, rows);
    return { rowsPerSecond: (rows / elapsed) * 1_000, microsPerRow: cpuMicros / rows, peakBytes };
  });
}
