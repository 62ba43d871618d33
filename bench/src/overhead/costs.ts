import { medianEstimate } from '../confidence.ts';
import { connectAndClose, EchoClient, holdOpen } from './load.ts';
import type { Memory, ServerProcess } from './server-process.ts';

/** Runs so many pieces of a work against one server. */
interface Runner {
  run(pieces: number): Promise<void>;
  end(): Promise<void>;
}

/** One thing that a server does, in slices so short that the machine's other load hits every side alike. */
interface Work {
  /** Pieces in a slice. */
  pieces: number;
  slices: number;
  /** Slices before, so that compiled code is measured. */
  warmUp: number;
  /**
   * `everything`: what all slices took, and what the server did late. `typical slice`: the median one, so that neither compiling nor
   * another process' burst counts. `between collections`: the same, each slice after a full collection that does not count, and so
   * short that it needs none: see decision 7.
   */
  counts: 'everything' | 'typical slice' | 'between collections';
  runner(port: number): Promise<Runner>;
}

const echoOf = (size: number) => async (port: number) => {
  const client = await EchoClient.connect(port, size);
  return { run: (pieces: number) => client.run(pieces), end: () => client.close() };
};

/** A slice is 20 to 40 milliseconds of the bare server's time, and 8 where no collection may come. */
export const WORKS = {
  small: { pieces: 6_000, slices: 16, warmUp: 5, counts: 'typical slice', runner: echoOf(64) },
  large: { pieces: 60, slices: 24, warmUp: 8, counts: 'between collections', runner: echoOf(64 * 1024) },
  largeCollected: { pieces: 150, slices: 16, warmUp: 3, counts: 'everything', runner: echoOf(64 * 1024) },
  connection: {
    pieces: 160,
    slices: 14,
    warmUp: 10,
    counts: 'everything',
    runner: async port => ({ run: pieces => connectAndClose(port, pieces), end: async () => undefined }),
  },
} as const satisfies Record<string, Work>;

export type WorkName = keyof typeof WORKS;

/** @throws RangeError for a name that is no work's */
export function workNames(names: readonly string[]): WorkName[] {
  const unknown = names.find(name => !Object.hasOwn(WORKS, name));
  if (unknown !== undefined)
    throw new RangeError(`expected rows out of ${Object.keys(WORKS).join(', ')}, got "${unknown}"`);
  return names as WorkName[];
}

/**
 * CPU time a piece of a work, in microseconds, for every server in its order. Slices go round the servers, which are idle otherwise
 * and should be fresh: V8 compiles and collects by what a process has done before.
 */
export async function cpuCosts(servers: readonly ServerProcess[], name: WorkName): Promise<number[]> {
  const work: Work = WORKS[name];
  const runners = await Promise.all(servers.map(server => work.runner(server.port)));
  await slicesOf(work.warmUp, work, runners);
  const costs = await cpuOf(servers, work, runners);
  for (const { end } of runners) await end();
  return costs;
}

function cpuOf(servers: readonly ServerProcess[], work: Work, runners: readonly Runner[]): Promise<number[]> {
  return work.counts === 'everything' ? cpuOfAll(servers, work, runners) : cpuOfTypicalSlice(servers, work, runners);
}

async function cpuOfTypicalSlice(
  servers: readonly ServerProcess[],
  { pieces, slices, counts }: Work,
  runners: readonly Runner[],
): Promise<number[]> {
  const costs = servers.map((): number[] => []);
  for (let slice = 0; slice < slices; slice++) {
    for (let turn = 0; turn < servers.length; turn++) {
      const i = (turn + slice) % servers.length;
      if (counts === 'between collections') await servers[i]!.collect();
      const before = await servers[i]!.cpuMicros();
      await runners[i]!.run(pieces);
      costs[i]!.push(((await servers[i]!.cpuMicros()) - before) / pieces);
    }
  }
  return costs.map(values => medianEstimate(values).median);
}

/** Exports included, as they leave late. */
async function cpuOfAll(servers: readonly ServerProcess[], work: Work, runners: readonly Runner[]): Promise<number[]> {
  await flushed(servers);
  const before = await Promise.all(servers.map(server => server.cpuMicros()));
  await slicesOf(work.slices, work, runners);
  await flushed(servers);
  const after = await Promise.all(servers.map(server => server.cpuMicros()));
  return servers.map((_, i) => (after[i]! - before[i]!) / (work.pieces * work.slices));
}

async function slicesOf(slices: number, { pieces }: Work, runners: readonly Runner[]): Promise<void> {
  for (let slice = 0; slice < slices; slice++) {
    for (let i = 0; i < runners.length; i++) await runners[(i + slice) % runners.length]!.run(pieces);
  }
}

async function flushed(servers: readonly ServerProcess[]): Promise<void> {
  await Promise.all(servers.map(server => server.flush()));
}

const WARM_UP_CONNECTIONS = 200;

/** Bytes that a server retains per open connection, at so many. */
export async function memoryPerConnection(server: ServerProcess, connections: number): Promise<Memory> {
  await connectAndClose(server.port, WARM_UP_CONNECTIONS);
  await server.flush();
  const before = await server.memory();
  const closeAll = await holdOpen(server.port, connections);
  await server.flush();
  const after = await server.memory();
  await closeAll();
  return { rss: (after.rss - before.rss) / connections, heap: (after.heap - before.heap) / connections };
}
