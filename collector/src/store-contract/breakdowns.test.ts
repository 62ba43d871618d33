import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EventBatch } from '../batch/event-batch.ts';
import type { CloseEvent } from '../close-event.ts';
import type { Store } from '../store.ts';
import { closeEvent, TEN_O_CLOCK } from '../testdata/close-event.ts';
import type { BreakdownQuery } from '../window-query.ts';
import { ENGINES } from './engines.fixture.ts';

const DAY = 24 * 3_600_000;
const bug = { code: 1007, payloadDefect: 'invalid_utf8' as const };
const STORED: CloseEvent[] = [
  closeEvent(1, { ...bug, clientVersion: '5.2.0', clientId: 'c-1', weight: 2.5, payloadSignature: 'gzip' }),
  closeEvent(2, { ...bug, clientVersion: '5.2.0', clientId: 'c-1', payloadSignature: 'gzip' }),
  closeEvent(3, { ...bug, clientVersion: '5.2.0', clientId: null, connectionId: '1'.repeat(16) }),
  closeEvent(4, { ...bug, clientVersion: '5.2.0', clientId: null, connectionId: 'conn-4' }),
  closeEvent(5, { code: 1000, clientVersion: '5.1.9', clientId: 'c-5' }),
  closeEvent(6, { code: 1007, payloadDefect: 'application', clientId: 'c-6' }),
  closeEvent(7, { kind: 'connect', clientVersion: '5.2.0', clientId: 'c-7' }),
  closeEvent(8, { ...bug, clientVersion: '5.2.0', startedAt: TEN_O_CLOCK + 1_000 }),
];

describe.each(ENGINES)('closes of a cohort by one field, on $name', ({ open }) => {
  let folder: string;
  let store: Store;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'closewatch-'));
    let now = TEN_O_CLOCK;
    store = await open(folder, () => now);
    await store.appendEvents(EventBatch.of(STORED.slice(0, 3)));
    now += DAY;
    await store.appendEvents(EventBatch.of(STORED.slice(3)));
  });
  afterAll(async () => {
    await store.close();
    rmSync(folder, { recursive: true });
  });
  const breakdown = (query: Partial<BreakdownQuery>) =>
    store.readBreakdown({ from: TEN_O_CLOCK, to: TEN_O_CLOCK + 1_000, by: 'clientVersion', limit: 10, ...query });

  it('are counted over the days of their receipt, with their weight and their distinct clients', async () => {
    expect(await breakdown({})).toEqual([
      { value: '5.2.0', closes: 5.5, clients: 3 },
      { value: '5.1.9', closes: 1, clients: 1 },
      { value: null, closes: 1, clients: 1 },
    ]);
  });

  it('are those of the cohort, and payload bugs only where asked', async () => {
    expect(await breakdown({ payloadBugsOnly: true })).toEqual([{ value: '5.2.0', closes: 5.5, clients: 3 }]);
    expect(await breakdown({ by: 'payloadSignature', where: { clientVersion: '5.2.0' } })).toEqual([
      { value: 'gzip', closes: 3.5, clients: 1 },
      { value: null, closes: 2, clients: 2 },
    ]);
    expect(await breakdown({ by: 'code', where: { payloadBug: false } })).toEqual([
      { value: 1000, closes: 1, clients: 1 },
      { value: 1007, closes: 1, clients: 1 },
    ]);
  });

  it('are the largest, and none of a window without any', async () => {
    expect(await breakdown({ by: 'clientId', limit: 1 })).toEqual([{ value: 'c-1', closes: 3.5, clients: 1 }]);
    expect(await breakdown({ from: TEN_O_CLOCK + 5_000, to: TEN_O_CLOCK + 9_000 })).toEqual([]);
    expect(await breakdown({ from: TEN_O_CLOCK, to: TEN_O_CLOCK })).toEqual([]);
  });
});
