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
  runner(port: number): Promise<Runner>;
}

const echoOf = (size: number) => async (port: number) => {
  const client = await EchoClient.connect(port, size);
  return { run: (pieces: number) => client.run(pieces), end: () => client.close() };
};

/** A slice is 20 to 40 milliseconds of the bare server's time. */
export const WORKS = {
  small: { pieces: 6_000, slices: 16, warmUp: 6, runner: echoOf(64) },
  large: { pieces: 150, slices: 16, warmUp: 3, runner: echoOf(64 * 1024) },
  connection: {
    pieces: 160,
    slices: 14,
    warmUp: 10,
    runner: async port => ({ run: pieces => connectAndClose(port, pieces), end: async () => undefined }),
  },
} as const satisfies Record<string, Work>;

export type WorkName = keyof typeof WORKS;

/**
 * CPU time a piece of each work, in microseconds, for every server in its order. Slices go round the servers, which are
 * idle otherwise; what a server does late, exports included, counts.
 */
export async function cpuCosts(servers: readonly ServerProcess[]): Promise<Record<WorkName, number[]>> {
  for (const work of Object.values(WORKS))
    await withRunners(servers, work, runners => slicesOf(work.warmUp, work, runners));
  await flushed(servers);
  const costs: Partial<Record<WorkName, number[]>> = {};
  for (const [name, work] of Object.entries(WORKS) as [WorkName, Work][]) {
    costs[name] = await withRunners(servers, work, runners => cpuOf(servers, work, runners));
  }
  return costs as Record<WorkName, number[]>;
}

async function cpuOf(servers: readonly ServerProcess[], work: Work, runners: readonly Runner[]): Promise<number[]> {
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

async function withRunners<T>(
  servers: readonly ServerProcess[],
  { runner }: Work,
  use: (runners: Runner[]) => Promise<T>,
): Promise<T> {
  const runners = await Promise.all(servers.map(server => runner(server.port)));
  const result = await use(runners);
  for (const { end } of runners) await end();
  return result;
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
