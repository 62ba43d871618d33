import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { spreadOf, textOfSpread } from '../spread.ts';
import { connectAndClose, echo } from './load.ts';

const ROUNDS = 7;
const SMALL = { count: 60_000, size: 64 };
const LARGE = { count: 3_000, size: 64 * 1024 };
const CONNECTIONS = 2_000;

type Side = 'bare' | 'instrumented';
type Costs = Record<'small' | 'large' | 'connection', number>;

/** The server's CPU time a message and a connection, bare and instrumented, in interleaved pairs of fresh processes. */
export async function benchOverhead(): Promise<void> {
  const rounds: Record<Side, Costs>[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const order: Side[] = round % 2 === 0 ? ['bare', 'instrumented'] : ['instrumented', 'bare'];
    const costs: Partial<Record<Side, Costs>> = {};
    for (const side of order) costs[side] = await costsOf(side);
    rounds.push(costs as Record<Side, Costs>);
  }
  console.log(`${ROUNDS} pairs; median (min to max) of the server's CPU time, microseconds\n`);
  console.log('| | bare `ws` | instrumented | ratio |\n|---|---|---|---|');
  printRow('echo of 64 B', 'small', rounds);
  printRow('echo of 64 kB', 'large', rounds);
  printRow('connect and close', 'connection', rounds);
}

function printRow(what: string, cost: keyof Costs, rounds: readonly Record<Side, Costs>[]): void {
  const spread = (side: Side) => textOfSpread(spreadOf(rounds.map(round => round[side][cost])), 1);
  const ratio = textOfSpread(spreadOf(rounds.map(round => round.instrumented[cost] / round.bare[cost])), 3);
  console.log(`| ${what} | ${spread('bare')} | ${spread('instrumented')} | ${ratio} |`);
}

async function costsOf(side: Side): Promise<Costs> {
  const telemetry = side === 'instrumented' ? ['--import', join(import.meta.dirname, 'telemetry.ts')] : [];
  const server = fork(join(import.meta.dirname, 'echo-server.ts'), [], { execArgv: telemetry });
  const [{ port }] = (await once(server, 'message')) as [{ port: number }];
  await echo(port, SMALL.count / 4, SMALL.size); // warm up: what is measured is compiled code
  await connectAndClose(port, CONNECTIONS / 4);
  const costs = {
    small: await cpuOf(server, SMALL.count, () => echo(port, SMALL.count, SMALL.size)),
    large: await cpuOf(server, LARGE.count, () => echo(port, LARGE.count, LARGE.size)),
    connection: await cpuOf(server, CONNECTIONS, () => connectAndClose(port, CONNECTIONS)),
  };
  server.disconnect();
  await once(server, 'exit');
  return costs;
}

/** Microseconds of the server's CPU a piece of work. */
async function cpuOf(server: ChildProcess, pieces: number, work: () => Promise<void>): Promise<number> {
  const before = await cpuTime(server);
  await work();
  return ((await cpuTime(server)) - before) / pieces;
}

async function cpuTime(server: ChildProcess): Promise<number> {
  server.send('cpu');
  const [{ cpu }] = (await once(server, 'message')) as [{ cpu: number }];
  return cpu;
}
