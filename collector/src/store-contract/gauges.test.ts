import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EventBatch } from '../batch/event-batch.ts';
import type { GaugeSample } from '../gauge-sample.ts';
import type { Store } from '../store.ts';
import { closeEvent, TEN_O_CLOCK } from '../testdata/close-event.ts';
import { ENGINES } from './engines.fixture.ts';

const DAY_MS = 86_400_000;

function sample(instance: string, fields: Partial<GaugeSample> = {}): GaugeSample {
  const where = { service: 'gateway', serviceVersion: null, environment: null, role: 'server' } as const;
  return { ...where, instance, time: TEN_O_CLOCK, receivedAt: TEN_O_CLOCK, connections: 5, ...fields };
}

describe.each(ENGINES)('gauge samples and days, on $name', ({ open }) => {
  let folder: string;
  let store: Store;
  let now: number;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'closewatch-'));
    now = TEN_O_CLOCK;
    store = await open(folder, () => now);
  });
  afterEach(async () => {
    await store.close();
    rmSync(folder, { recursive: true });
  });
  async function reopen() {
    await store.close();
    store = await open(folder, () => now);
  }

  it('are kept with events and without, over a restart, and of a series and time the last one is given', async () => {
    const first = sample('a', { receivedAt: TEN_O_CLOCK - 1 });
    const replaced = sample('a', { connections: 7 });
    await store.appendEvents(EventBatch.of([closeEvent(1)]), [first, sample('b')]);
    now += DAY_MS;
    expect(await store.appendEvents(EventBatch.of([]), [replaced])).toEqual({ stored: 0, duplicates: 0 });
    await reopen();
    expect(await store.readGauges(0, 10)).toEqual([sample('b'), replaced]);
    expect(await store.readGauges(TEN_O_CLOCK + 1, 10)).toEqual([]);
    expect(await store.readGauges(0, 1)).toEqual([sample('b')]);
  });

  it('do not keep a span from being known again on the next day, also after a restart', async () => {
    await store.appendEvents(EventBatch.of([closeEvent(1)]));
    now += DAY_MS;
    expect(await store.appendEvents(EventBatch.of([closeEvent(1), closeEvent(2)]))).toMatchObject({ duplicates: 1 });
    await reopen();
    expect(await store.appendEvents(EventBatch.of([closeEvent(2), closeEvent(3)]))).toMatchObject({ duplicates: 1 });
    expect(await store.readEventsAfter(0, 10)).toMatchObject({ sequence: 3, events: [{}, {}, {}] });
  });

  it('are told by the status, with what was lost and taken away', async () => {
    await store.appendEvents(EventBatch.of([closeEvent(1), closeEvent(2)]));
    const { days, freeBytes, bytes, ...status } = store.status();
    expect(status).toEqual({ state: 'ready', sequence: 2, lostRows: 0, retiredRows: 0, failedUpkeep: 0 });
    expect(days).toMatchObject([{ day: '2026-11-23', form: 'live', rows: 2, firstSequence: 1, lastSequence: 2 }]);
    expect(bytes).toBeGreaterThan(0);
    await store.close();
    expect(store.status().state).toBe('closed');
    for (const refused of [store.appendEvents(EventBatch.of([closeEvent(3)])), store.readEventsAfter(0, 1)]) {
      await expect(refused).rejects.toMatchObject({ code: 'STORE_CLOSED' });
    }
  });
});
