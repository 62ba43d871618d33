import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { loadConfig } from '../../cli/src/config/load-config.ts';
import { checkStory } from '../../cli/src/demo/check-story.ts';
import { startPageReceiver } from '../../cli/src/demo/page-receiver.ts';
import { settle } from '../../cli/src/demo/settle.ts';
import { createLogger } from '../../cli/src/logger.ts';
import { serve } from '../../cli/src/serve.ts';
import { truthOf } from '../../demo/src/announcement.ts';
import { Fleet } from '../../demo/src/fleet.ts';
import { Play } from '../../demo/src/play-story.ts';
import { realClock } from '../../demo/src/real-clock.ts';
import { planStory, type Scale } from '../../demo/src/story.ts';

/** The demo's story, smaller and quicker: three gateways and ninety clients, well under a minute. */
const BRIEF: Scale = {
  slots: 3,
  clients: 90,
  clientsWithBug: 30,
  quiet: [12, 12],
  instanceGap: [2.5, 3],
  between: [5, 5],
  bugAfter: [2, 3],
  aftermath: [6, 6],
  strayEvery: [6, 7],
  comeBackAfter: [1, 2],
};

it('tells a bug inside a deploy from two deploys, pages once, and says the same in a replay', {
  timeout: 120_000,
}, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'closewatch-story-'));
  const story = planStory(4, BRIEF);
  const receiver = await startPageReceiver(() => undefined);
  const config = loadConfig({
    env: {},
    flags: {
      data: join(folder, 'data'),
      ingest: { port: 0, grpc_port: 0 },
      dashboard: { port: 0 },
      webhooks: [{ name: 'pager', url: receiver.url, secret: receiver.secret }],
    },
  });
  const running = await serve(config, createLogger('silent'));
  process.env.OTEL_EXPORTER_OTLP_ENDPOINT = `http://127.0.0.1:${running.ingest.port}`;
  const failed = Promise.withResolvers<never>();
  const fleet = new Fleet(story, { log: () => undefined, failed: failed.reject });
  try {
    const clock = realClock(new AbortController().signal);
    const play = new Play(story, { fleet, clock, announce: () => undefined });
    await Promise.race([play.run({ freeze: true }), failed.promise]);
    const { verdicts, replayed } = await settle(running, folder);
    expect(checkStory({ truth: truthOf(story), verdicts, replayed, pages: receiver.received })).toEqual([]);
  } finally {
    fleet.kill();
    delete process.env.OTEL_EXPORTER_OTLP_ENDPOINT;
    await running.stop();
    await receiver.stop();
    rmSync(folder, { recursive: true, force: true });
  }
});
