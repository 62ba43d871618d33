import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AskedProcess, type Usage } from './asked-process.ts';
import type { Case } from './cases.ts';
import type { Ports } from './collector-process.ts';
import type { SendOutcome } from './sender-process.ts';

/** A side that receives OTLP: the file of its process. */
export const RECEIVERS = { closewatch: 'collector-process.ts', plain: 'plain-process.ts' } as const;
export type ReceiverName = keyof typeof RECEIVERS;

/** One measured load on one receiver. */
export interface Measured {
  spansPerSecond: number;
  /** Acknowledgement, milliseconds. */
  p50: number;
  p99: number;
  longest: number;
  stall: number;
  /** Requests answered with anything but success. */
  refused: number;
  /** CPU time of each process, microseconds a span. */
  receiverMicros: number;
  /** Of it the receiver's thread that runs JavaScript: past 1,000,000 / spans a second it can't keep up. */
  mainThreadMicros: number;
  senderMicros: number;
  /** Most resident memory of the receiver's process, bytes. */
  peakBytes: number;
}

/** Spans that are sent before the clock starts, as a share of those that count: for the compilers of Node. */
const WARM_UP = 0.25;

/**
 * Runs one load: a fresh receiver on a fresh folder, warmed up. `pace` in spans a second; null for as fast as it goes.
 * @throws Error where the rows on the disk are not as many as the acknowledged spans
 */
export async function measure(
  sender: AskedProcess,
  receiver: ReceiverName,
  chosen: Case,
  pace: number | null,
  execArgv: readonly string[],
): Promise<Measured> {
  return inFolder(async folder => {
    const child = new AskedProcess(RECEIVERS[receiver], execArgv);
    const ports = await child.ask<Ports>('start', folder);
    await sender.ask('connect', { ...chosen, port: ports[chosen.transport] });
    await sender.ask('prepare', chosen.spans * WARM_UP);
    const warm = await sender.ask<SendOutcome>('send');
    await sender.ask('prepare', chosen.spans);
    const before = await child.ask<Usage>('usage');
    const sent = await (pace === null ? sender.ask<SendOutcome>('send') : sender.ask<SendOutcome>('sendPaced', pace));
    const after = await child.ask<Usage>('usage');
    await sender.ask('close');
    expectStored(await child.ask<number>('finish'), warm.spans + sent.spans);
    await child.stop();
    const { p50, p99, longest, stall, refused } = sent;
    return {
      ...{ p50, p99, longest, stall, refused },
      spansPerSecond: (sent.spans / sent.elapsed) * 1_000,
      receiverMicros: (after.cpuMicros - before.cpuMicros) / sent.spans,
      mainThreadMicros: (after.mainThreadMicros - before.mainThreadMicros) / sent.spans,
      senderMicros: sent.cpuMicros / sent.spans,
      peakBytes: after.peakBytes,
    };
  });
}

/** What a bench prints, it has read back. */
export function expectStored(stored: number, acknowledged: number): void {
  if (stored !== acknowledged) throw new Error(`expected ${acknowledged} rows, as many as acknowledged, got ${stored}`);
}

/** A folder of its own on the disk of the system's temporary files. */
export async function inFolder<Result>(use: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), 'closewatch-bench-'));
  try {
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
