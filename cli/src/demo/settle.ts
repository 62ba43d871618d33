import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import type { Verdict } from '@closewatch/analyzer';
import { exportEvents } from '../commands/export.ts';
import { replayFiles } from '../commands/replay.ts';
import { loadConfig } from '../config/load-config.ts';
import type { RunningServe } from '../serve.ts';

/**
 * Once the fleet emits nothing more: waits until the analyzer has taken everything that was acknowledged, reads the live
 * verdicts, exports the history over the API as a user would, and replays it.
 */
export async function settle(
  running: RunningServe,
  folder: string,
): Promise<{ verdicts: Verdict[]; replayed: Verdict[] }> {
  const server = `http://${running.dashboard.host}:${running.dashboard.port}`;
  await running.analyzer.caughtUp();
  const verdicts = await readVerdicts(server);
  const file = join(folder, 'events.otlp.jsonl');
  const output = createWriteStream(file);
  await exportEvents({ server, format: 'otlp' }, output);
  output.end();
  await finished(output);
  return { verdicts, replayed: await replayFiles([file], loadConfig({ env: {} })) };
}

async function readVerdicts(server: string): Promise<Verdict[]> {
  const response = await fetch(`${server}/api/v1/verdicts?limit=100`);
  const { items } = (await response.json()) as { items: Verdict[] };
  return items;
}
