import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { loadConfig } from '../config/load-config.ts';
import { type RunningServe, serve } from '../serve.ts';
import { UsageError } from '../usage-error.ts';
import { checkStory } from './check-story.ts';
import { expectFleet, type Fleet, startFleet } from './fleet.ts';
import type { FleetTruth } from './fleet-line.ts';
import { narrator } from './narrator.ts';
import { type PageReceiver, startPageReceiver } from './page-receiver.ts';
import { settle } from './settle.ts';

export interface DemoOptions {
  once: boolean;
  seed: number;
  /** The dashboard's port; where it is taken and not asked for by name, a free one is used instead. */
  port: number | undefined;
  /** Keep the data folder and the history (`events.otlp.jsonl`) in this folder. */
  keep: string | undefined;
  signal: AbortSignal;
}

/**
 * The whole system on a real fleet. With `once` it ends when the story is over.
 *
 * @returns the exit code: 0 when the verdicts are right, or when a demo without an end was stopped by hand; else 1
 * @throws Error where it ends with `once` before its verdicts are in
 */
export async function runDemo(options: DemoOptions, say: (line: string) => void, logger: Logger): Promise<number> {
  expectFleet();
  expectUnused(options.keep);
  const folder = options.keep ?? (await mkdtemp(join(tmpdir(), 'closewatch-demo-')));
  const narrate = narrator(say);
  const receiver = await startPageReceiver(narrate.page);
  try {
    const running = await startServe(options, folder, receiver, logger);
    const unsubscribe = running.analyzer.onVerdict(narrate.verdict);
    narrate.ready(running);
    const fleet = startFleet({ ...options, otlpEndpoint: `http://127.0.0.1:${running.ingest.port}` });
    options.signal.addEventListener('abort', () => void fleet.stop(), { once: true });
    try {
      const exitCode = await watchStory(fleet, running, receiver, folder, narrate);
      if (exitCode !== null) return exitCode;
      if (!options.signal.aborted) throw new Error('demo: expected the fleet to play on, but it ended');
      if (options.once) throw new Error('demo: stopped before its verdicts were in, so nothing was judged');
      return 0;
    } finally {
      unsubscribe();
      await fleet.stop();
      await running.stop();
    }
  } finally {
    await receiver.stop();
    if (options.keep === undefined) await rm(folder, { recursive: true, force: true });
  }
}

/** What an earlier run left behind would be judged with this one's. */
function expectUnused(folder: string | undefined): void {
  if (folder === undefined || !existsSync(join(folder, 'data'))) return;
  throw new UsageError(`--keep: expected a folder that holds no demo yet, got ${folder}`);
}

/** Narrates until the story is over, and judges it; null where the fleet ends before that. */
async function watchStory(
  fleet: Fleet,
  running: RunningServe,
  receiver: PageReceiver,
  folder: string,
  narrate: ReturnType<typeof narrator>,
): Promise<number | null> {
  let truth: FleetTruth | undefined;
  for await (const line of fleet.lines) {
    if (line.type === 'truth') truth = line;
    if (line.type === 'narration') narrate.fleet(line.at, line.text);
    if (line.type !== 'frozen') continue;
    if (truth === undefined) throw new Error('fleet: expected its truth before it froze');
    const outcome = { truth, pages: receiver.received, ...(await settle(running, folder)) };
    return narrate.result(checkStory(outcome), outcome.verdicts);
  }
  return null;
}

async function startServe(
  options: DemoOptions,
  folder: string,
  receiver: PageReceiver,
  logger: Logger,
): Promise<RunningServe> {
  const configFor = (port: number) => ({
    ...loadConfig({
      env: {},
      flags: { data: join(folder, 'data'), ingest: { port: 0, grpc_port: 0 }, dashboard: { port } },
    }),
    webhooks: [{ name: "the demo's pager", url: receiver.url, secret: receiver.secret }],
  });
  try {
    return await serve(configFor(options.port ?? 8080), logger);
  } catch (problem) {
    if (options.port !== undefined || !(problem instanceof UsageError)) throw problem;
    return serve(configFor(0), logger);
  }
}
