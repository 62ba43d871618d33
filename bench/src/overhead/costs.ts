import { connectAndClose, EchoClient, holdOpen } from './load.ts';
import type { Memory, ServerProcess } from './server-process.ts';

/** One thing that a server does, in slices so short that the machine's other load hits every side alike. */
interface Work {
  /** Pieces in a slice. */
  pieces: number;
  slices: number;
  /** Gives what runs so many pieces, and what cleans up. */
  prepare(port: number): Promise<{ run(pieces: number): Promise<void>; end(): Promise<void> }>;
}

const echoOf =
  (size: number): Work['prepare'] =>
  async port => {
    const client = await EchoClient.connect(port, size);
    return { run: pieces => client.run(pieces), end: () => client.close() };
  };

/** A slice is 20 to 50 milliseconds of the bare server's time. */
export const WORKS = {
  small: { pieces: 8_000, slices: 12, prepare: echoOf(64) },
  large: { pieces: 300, slices: 12, prepare: echoOf(64 * 1024) },
  connection: {
    pieces: 160,
    slices: 10,
    prepare: async port => ({ run: pieces => connectAndClose(port, pieces), end: async () => undefined }),
  },
} as const satisfies Record<string, Work>;

export type WorkName = keyof typeof WORKS;

/**
 * CPU time a piece of each server, in microseconds, in the order of `servers`. All have run the work before, so compiled code is
 * measured; slices go round the servers, which are idle otherwise, and what a server does late, exports included, counts.
 */
export async function cpuOf(servers: readonly ServerProcess[], name: WorkName): Promise<number[]> {
  const { pieces, slices, prepare } = WORKS[name];
  const runners = await Promise.all(servers.map(server => prepare(server.port)));
  for (const { run } of runners) for (let i = 0; i < 2; i++) await run(pieces);
  await Promise.all(servers.map(server => server.flush()));
  const before = await Promise.all(servers.map(server => server.cpuMicros()));
  for (let slice = 0; slice < slices; slice++) {
    for (let i = 0; i < runners.length; i++) await runners[(i + slice) % runners.length]!.run(pieces);
  }
  await Promise.all(servers.map(server => server.flush()));
  const after = await Promise.all(servers.map(server => server.cpuMicros()));
  for (const { end } of runners) await end();
  return servers.map((_, i) => (after[i]! - before[i]!) / (pieces * slices));
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
