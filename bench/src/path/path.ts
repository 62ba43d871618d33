import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { SIDES } from '../overhead/sides.ts';
import { spreadOf, textOfSpread } from '../spread.ts';

const COMPARED = ['bare', 'sdk', 'closewatch', 'opentelemetry-ws'] as const;
type Compared = (typeof COMPARED)[number];

/** Prints what of a message's CPU time is spent between the receiver and the listener. A round starts a fresh process a side. */
export async function benchPath(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({ args: [...args], options: { rounds: { type: 'string', default: '5' } } });
  if (!/^[1-9]\d*$/.test(values.rounds))
    throw new RangeError(`expected --rounds to be a whole number from 1 on, got "${values.rounds}"`);
  const costs: Record<Compared, number[]> = { bare: [], sdk: [], closewatch: [], 'opentelemetry-ws': [] };
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const side of COMPARED) costs[side].push(await nanosecondsOf(side));
  }
  console.log(`Node ${process.versions.node}; median, minimum and maximum of ${values.rounds} rounds.\n`);
  console.log(`| | ${COMPARED.map(side => SIDES[side].title).join(' | ')} |\n|---|---|---|---|---|`);
  const cells = COMPARED.map(side => `${textOfSpread(spreadOf(costs[side]))} ns`);
  console.log(`| a message from the receiver to the listener | ${cells.join(' | ')} |`);
}

/** Nothing is exported before the process ends, so nobody has to listen for it. */
async function nanosecondsOf(side: Compared): Promise<number> {
  const { telemetry } = SIDES[side];
  const loaded = telemetry === null ? [] : ['--import', join(import.meta.dirname, '../overhead/telemetry', telemetry)];
  const child = fork(join(import.meta.dirname, 'path-process.ts'), [], {
    execArgv: loaded,
    env: { ...process.env, BENCH_SINK: 'http://127.0.0.1:9' },
  });
  const exited = once(child, 'exit').then(([code]) => {
    throw new Error(`expected a figure of ${side}, got an exit with ${code}`);
  });
  const [{ nanoseconds }] = (await Promise.race([once(child, 'message'), exited])) as [{ nanoseconds: number }];
  await exited.catch(() => undefined);
  return nanoseconds;
}
