import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EventBatch, type GaugeSample, openDuckDbStore, type Store } from '@closewatch/collector';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { row } from './event.fixture.ts';
import { createAnalyzer } from './live.ts';
import { replay } from './replay.ts';

const START = Date.parse('2026-11-23T10:00:00Z');
const at = (seconds: number) => START + seconds * 1_000;

/** Two servers with 20 connections each; of the first nothing is heard after second 60. */
const rows = ['killed', 'alive'].flatMap((instance, server) =>
  Array.from({ length: 20 }, (_, index) =>
    row({ kind: 'connect', time: at(index), connectionId: `${server}${index}`, instance, serviceVersion: '1.8.1' }),
  ),
);
const samples: GaugeSample[] = Array.from({ length: 13 }, (_, index) => index * 10).flatMap(second =>
  (second <= 60 ? ['killed', 'alive'] : ['alive']).map(instance => ({
    service: 'gateway',
    environment: 'prod',
    serviceVersion: '1.8.1',
    instance,
    role: 'server',
    time: at(second),
    receivedAt: at(second),
    connections: Math.min(20, second),
  })),
);

describe('gauges in the store', () => {
  let folder: string;
  let store: Store;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'closewatch-gauges-'));
    store = await openDuckDbStore({ folder });
  });

  afterEach(async () => {
    await store.close();
    await rm(folder, { recursive: true });
  });

  it('tell of a killed server whose rows just stop, live and over a restart as in a replay', async () => {
    let now = at(65);
    const follow = async () => {
      const analyzer = createAnalyzer({ store, clock: () => now, tickMs: 3_600_000 });
      await analyzer.start();
      await analyzer.stop();
      return (await store.readVerdicts({})).map(({ document }) => document);
    };
    await store.appendEvents(
      EventBatch.of(rows),
      samples.filter(({ time }) => time <= at(60)),
    );
    expect(await follow()).toEqual([]);
    now = at(130);
    await store.appendEvents(
      EventBatch.of([]),
      samples.filter(({ time }) => time > at(60)),
    );
    const told = await follow();
    expect(told).toMatchObject([{ kind: 'unexpected_restart', severity: 'notice', closes: 20 }]);
    expect(JSON.stringify(told)).toContain('inferred');

    const history = async function* () {
      yield { gauges: samples };
      yield [
        ...rows,
        row({ kind: 'connect', time: at(120), connectionId: 'last', instance: 'alive', serviceVersion: '1.8.1' }),
      ];
    };
    const [replayed] = await replay(history());
    expect(replayed).toMatchObject({
      kind: 'unexpected_restart',
      id: told[0]!.id,
      startedAt: told[0]!.startedAt,
      closes: 20,
    });
  });
});
