import { AskedProcess, type Usage } from './asked-process.ts';
import { CASES } from './cases.ts';
import type { Extremes, Ports } from './collector-process.ts';
import type { QueryTimes } from './follow-queries.ts';
import { expectStored, inFolder, measure } from './measure.ts';
import { type Memory, type MemorySample, memoryTable } from './memory.ts';
import type { IngestOptions } from './options.ts';
import { textOfTable } from './report.ts';
import type { SendOutcome } from './sender-process.ts';

const MIB = 2 ** 20;
const SOAKED = CASES.find(({ name }) => name === 'http-500-gzip')!;
/** How often memory is read. */
const SAMPLE_MS = 2_000;
/** The share of the time in which memory may still grow: buffers fill and code is compiled. */
const WARM_UP = 0.3;

interface Soaked {
  spansPerSecond: number;
  sent: SendOutcome;
  samples: MemorySample[];
  cpuMicros: number;
  peakBytes: number;
  extremes: Extremes;
  queries: QueryTimes[];
  stored: number;
}

/** Ten minutes at half of the maximum with queries running: memory by time, and the longest time without an acknowledgement. */
export async function soak({ minutes, rate, execArgv, json, scale }: IngestOptions): Promise<void> {
  const sender = new AskedProcess('sender-process.ts');
  const maximum = rate === null ? await maximumOf(sender, scale) : rate * 2;
  console.error(`${Math.round(maximum / 2).toLocaleString('en')} spans a second for ${minutes} minutes`);
  const soaked = await inFolder(folder => run(folder, sender, maximum / 2, minutes, execArgv));
  await sender.stop();
  expectStored(soaked.stored, soaked.sent.spans);
  console.log(json ? JSON.stringify(soaked) : reportOf(soaked));
}

async function maximumOf(sender: AskedProcess, scale: number): Promise<number> {
  const spans = SOAKED.spans * 2 * scale;
  return (await measure(sender, 'closewatch', { ...SOAKED, spans }, null, [])).spansPerSecond;
}

async function run(
  folder: string,
  sender: AskedProcess,
  spansPerSecond: number,
  minutes: number,
  execArgv: readonly string[],
): Promise<Soaked> {
  const child = new AskedProcess('collector-process.ts', execArgv);
  const ports = await child.ask<Ports>('start', folder);
  await sender.ask('connect', { ...SOAKED, port: ports.http });
  await child.ask('startQueries');
  const began = performance.now();
  const samples: MemorySample[] = [];
  const timer = setInterval(async () => {
    const memory = await child.ask<Memory>('memory');
    samples.push({ minutes: (performance.now() - began) / 60_000, ...memory });
  }, SAMPLE_MS);
  const sent = await sender.ask<SendOutcome>('sendSteadily', { spansPerSecond, seconds: minutes * 60 });
  clearInterval(timer);
  const { cpuMicros, peakBytes } = await child.ask<Usage>('usage');
  const extremes = await child.ask<Extremes>('extremes');
  const queries = await child.ask<QueryTimes[]>('stopQueries');
  await sender.ask('close');
  const stored = await child.ask<number>('finish');
  await child.stop();
  return { spansPerSecond, sent, samples, cpuMicros, peakBytes, extremes, queries, stored };
}

function reportOf({ spansPerSecond, sent, samples, cpuMicros, peakBytes, extremes, queries }: Soaked): string {
  const number = (value: number, digits = 0) => value.toLocaleString('en', { maximumFractionDigits: digits });
  const minutes = sent.elapsed / 60_000;
  return [
    `${number(spansPerSecond)} spans/s asked for, ${number((sent.spans / sent.elapsed) * 1_000)} durable over ${number(minutes, 1)} minutes; ${number(sent.spans)} rows read back; ${sent.refused} requests refused.`,
    `Acknowledgement: p50 ${number(sent.p50)} ms, p99 ${number(sent.p99)} ms, longest ${number(sent.longest)} ms; longest time without one ${number(sent.stall)} ms.`,
    `CPU: ${number(cpuMicros / sent.spans, 1)} µs a span of the receiver with its queries, ${number(sent.cpuMicros / sent.spans, 1)} µs of the sender.`,
    `JavaScript's thread was held for ${number(extremes.heldMs)} ms at most.`,
    `Memory: at most ${number(peakBytes / MIB)} MiB, of it requests in hand ${number(extremes.queueBytes / MIB)} MiB; growth is counted after the first ${number(minutes * WARM_UP, 1)} minutes.`,
    '',
    textOfTable(memoryTable(samples, minutes * WARM_UP)),
    '',
    textOfTable({
      header: ['queries meanwhile', 'calls', 'rows', 'median, ms', 'longest, ms'],
      rows: queries.map(({ name, calls, rows, median, longest }) => [
        name,
        number(calls),
        number(rows),
        number(median, 1),
        number(longest),
      ]),
    }),
  ].join('\n');
}
