import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { SIDES } from '../overhead/sides.ts';
import { startTelemetrySink, type TelemetrySink } from '../overhead/telemetry-sink.ts';
import { spreadOf } from '../spread.ts';

/** Ours, beside the application alone. */
const COMPARED = ['bare', 'loaded', 'closewatch'] as const;
type Compared = (typeof COMPARED)[number];

/** Megabytes: the young generation takes a whole batch, from the start on. */
const YOUNG_GENERATION = 256;

/**
 * Prints what a message of 64 B in and one out allocate in the JavaScript heap, and what a side adds to the bare one. A round
 * starts a fresh process a side, one after the other, each time beginning with another side.
 */
export async function benchAllocation(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({ args: [...args], options: { rounds: { type: 'string', default: '9' } } });
  if (!/^[1-9]\d*$/.test(values.rounds))
    throw new RangeError(`expected --rounds to be a whole number from 1 on, got "${values.rounds}"`);
  const sink = await startTelemetrySink();
  const rounds: Record<Compared, number>[] = [];
  for (let round = 0; round < Number(values.rounds); round++) {
    const measured = {} as Record<Compared, number>;
    for (let i = 0; i < COMPARED.length; i++) {
      const side = COMPARED[(i + round) % COMPARED.length]!;
      measured[side] = await bytesPerMessage(side, sink);
    }
    rounds.push(measured);
  }
  sink.stop();
  console.log(reportOf(rounds));
}

async function bytesPerMessage(side: Compared, { url, received }: TelemetrySink): Promise<number> {
  const { telemetry } = SIDES[side];
  const loaded = telemetry === null ? [] : ['--import', join(import.meta.dirname, '../overhead/telemetry', telemetry)];
  const semiSpace = [`--min-semi-space-size=${YOUNG_GENERATION}`, `--max-semi-space-size=${YOUNG_GENERATION}`];
  const exportsBefore = received.requests;
  const child = fork(join(import.meta.dirname, 'echo-process.ts'), [], {
    execArgv: ['--expose-gc', ...semiSpace, ...loaded],
    env: { ...process.env, BENCH_SINK: url },
  });
  const exited = once(child, 'exit').then(([code]) => {
    throw new Error(`expected a figure of ${side}, got an exit with ${code}`);
  });
  const [answer] = (await Promise.race([once(child, 'message'), exited])) as [{ bytesPerMessage: number }];
  await exited.catch(() => undefined);
  const hasExported = received.requests > exportsBefore;
  if (hasExported !== (side === 'closewatch'))
    throw new Error(`expected spans of closewatch alone, got ${hasExported ? 'some' : 'none'} of ${side}`);
  return answer.bytesPerMessage;
}

function reportOf(rounds: readonly Record<Compared, number>[]): string {
  const { min, median, max } = spreadOf(rounds.map(({ bare }) => bare));
  const absolute = `${median.toFixed(1)} B (${min.toFixed(1)} to ${max.toFixed(1)})`;
  const added = [
    difference(rounds.map(({ loaded, bare }) => loaded - bare)),
    difference(rounds.map(({ closewatch, bare }) => closewatch - bare)),
    difference(rounds.map(({ closewatch, loaded }) => closewatch - loaded)),
  ];
  return [
    `Node ${process.versions.node}; median, minimum and maximum of ${rounds.length} rounds, a difference within its round.`,
    '',
    `| | ${COMPARED.map(side => SIDES[side].title).join(' | ')} | Closewatch beside loaded |`,
    '|---|---|---|---|---|',
    `| echo of 64 B, JavaScript heap allocated a message | ${absolute} | ${added.join(' | ')} |`,
  ].join('\n');
}

function difference(values: readonly number[]): string {
  const { min, median, max } = spreadOf(values);
  return `**${signed(median)} B** (${signed(min)} to ${signed(max)})`;
}

function signed(value: number): string {
  return `${value < 0 ? '' : '+'}${value.toFixed(1)}`;
}
