import { parseArgs } from 'node:util';
import { cpuCosts, memoryPerConnection, WORKS, type WorkName, workNames } from './costs.ts';
import { type Measured, type RowName, reportOf } from './report.ts';
import { ServerProcess, type Surroundings } from './server-process.ts';
import { SIDES, type SideName, sideNames } from './sides.ts';
import { startTelemetrySink, type TelemetrySink } from './telemetry-sink.ts';

const OPTIONS = {
  rounds: { type: 'string', default: '9' },
  'memory-rounds': { type: 'string', default: '2' },
  connections: { type: 'string', default: '10000' },
  sides: { type: 'string', default: Object.keys(SIDES).join(',') },
  /** Of the CPU rows. */
  rows: { type: 'string', default: Object.keys(WORKS).join(',') },
  'live-heap': { type: 'string', default: '0' },
  json: { type: 'boolean', default: false },
} as const;

/** Descriptors that a process needs for other things than connections. */
const OTHER_DESCRIPTORS = 500;

/**
 * What a side costs a `ws` server, beside the bare one: CPU time a message and a connection, memory an open connection. A round
 * starts a fresh process a side and row; a ratio is of two processes of one round.
 */
export async function benchOverhead(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({ args: [...args], options: OPTIONS });
  const sides = sideNames(values.sides.split(','));
  const works = workNames(values.rows.split(','));
  const connections = Math.min(count('connections', values.connections), descriptorLimit() - OTHER_DESCRIPTORS);
  const liveHeap = count('live-heap', values['live-heap']);
  const measured: Measured = { sides, connections, liveHeap, rows: {} };
  const rounds = count('rounds', values.rounds);
  const memoryRounds = count('memory-rounds', values['memory-rounds']);
  const sink = await startTelemetrySink();
  const surroundings = { sink: sink.url, liveHeap };
  for (let round = 0; round < rounds; round++)
    add(measured, await cpuRound(works, rotated(sides, round), surroundings));
  for (let round = 0; round < memoryRounds; round++)
    add(measured, await memoryRound(rotated(sides, round), surroundings, connections, sink));
  sink.stop();
  console.log(values.json ? JSON.stringify(measured) : reportOf(measured));
}

function count(option: string, text: string): number {
  if (!/^\d+$/.test(text)) throw new RangeError(`expected --${option} to be a whole number, got "${text}"`);
  return Number(text);
}

type Round = Partial<Record<RowName, Partial<Record<SideName, number>>>>;

async function cpuRound(
  works: readonly WorkName[],
  sides: readonly SideName[],
  surroundings: Surroundings,
): Promise<Round> {
  const round: Round = {};
  for (const work of works) {
    const servers: ServerProcess[] = [];
    for (const side of sides) servers.push(await ServerProcess.start(side, surroundings));
    const costs = await cpuCosts(servers, work);
    for (const server of servers) await server.stop();
    round[work] = Object.fromEntries(sides.map((side, i) => [side, costs[i]]));
  }
  return round;
}

/** One server after the other: each opens as many connections as the process may have. */
async function memoryRound(
  sides: readonly SideName[],
  surroundings: Surroundings,
  connections: number,
  { received }: TelemetrySink,
): Promise<Round> {
  const round = { heap: {}, rss: {} } as Record<'heap' | 'rss', Partial<Record<SideName, number>>>;
  for (const side of sides) {
    const exportedBefore = received.requests;
    const server = await ServerProcess.start(side, surroundings);
    const { heap, rss } = await memoryPerConnection(server, connections);
    round.heap[side] = heap;
    round.rss[side] = rss;
    expectTelemetry(side, received.requests > exportedBefore);
    await server.stop();
  }
  return round;
}

/** A peer that was set up wrongly would cost nothing. */
function expectTelemetry(side: SideName, exported: boolean): void {
  const expected = SIDES[side].telemetry !== null && side !== 'sdk' && side !== 'loaded';
  if (exported !== expected)
    throw new Error(
      `expected ${expected ? 'telemetry' : 'no telemetry'} of ${side}, got ${exported ? 'some' : 'none'}`,
    );
}

function add(measured: Measured, round: Round): void {
  for (const [row, costs] of Object.entries(round) as [RowName, Record<SideName, number>][]) {
    measured.rows[row] ??= [];
    measured.rows[row].push(costs);
  }
}

function rotated<T>(items: readonly T[], by: number): T[] {
  return items.map((_, i) => items[(i + by) % items.length]!);
}

/** Of this process, which holds the client's ends; Node raises the soft limit to the hard one when it starts. */
function descriptorLimit(): number {
  const { userLimits } = process.report.getReport() as { userLimits?: { open_files?: { soft: number | string } } };
  const soft = Number(userLimits?.open_files?.soft);
  return Number.isFinite(soft) ? soft : Number.POSITIVE_INFINITY; // "unlimited", or a system without such limits
}
