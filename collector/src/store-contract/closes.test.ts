import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EventBatch } from '../batch/event-batch.ts';
import { type CloseEvent, isPayloadBug } from '../close-event.ts';
import type { CloseQuery, Store } from '../store.ts';
import { closeEvent, TEN_O_CLOCK } from '../testdata/close-event.ts';
import { ENGINES } from './engines.fixture.ts';

const at = (seconds: number) => ({ startedAt: TEN_O_CLOCK + seconds * 1000 });

/** Named by what they are; the times put them in the order in which they are written here, the newest first. */
const STORED: Record<string, CloseEvent> = {
  bug: closeEvent(1, { ...at(9), code: 1007, payloadDefect: 'invalid_utf8' }),
  bareBug: closeEvent(2, { ...at(8), code: 1007, environment: 'prod' }),
  equivalent: closeEvent(3, { ...at(7), code: 1002, payloadDefect: 'invalid_utf8', service: 'chat' }),
  ownWords: closeEvent(4, { ...at(6), code: 1007, payloadDefect: 'application' }),
  restart: closeEvent(5, { ...at(5), code: 1012 }),
  open: closeEvent(6, { ...at(4), kind: 'connect', code: null }),
};
const EVERYTHING = { from: TEN_O_CLOCK, to: TEN_O_CLOCK + 10_000, limit: 100 };

describe.each(ENGINES)('closes read as examples, on $name', ({ open }) => {
  let folder: string;
  let store: Store;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'closewatch-'));
    store = await open(folder);
    await store.appendEvents(EventBatch.of(Object.values(STORED).reverse()));
  });
  afterAll(async () => {
    await store.close();
    rmSync(folder, { recursive: true });
  });
  async function found(query: Partial<CloseQuery>): Promise<string[]> {
    const closes = await store.readCloses({ ...EVERYTHING, ...query });
    return closes.map(close => Object.entries(STORED).find(([, event]) => event.spanId === close.spanId)![0]);
  }

  it('come newest first, and are closes only', async () => {
    expect(await found({})).toEqual(['bug', 'bareBug', 'equivalent', 'ownWords', 'restart']);
    expect(await found({ limit: 2 })).toEqual(['bug', 'bareBug']);
    expect((await store.readCloses(EVERYTHING))[0]).toEqual(STORED.bug);
  });

  it('lie at or after the beginning and before the end', async () => {
    expect(await found({ from: TEN_O_CLOCK + 6_000, to: TEN_O_CLOCK + 8_000 })).toEqual(['equivalent', 'ownWords']);
  });

  it('are those of a service or an environment', async () => {
    expect(await found({ service: 'chat' })).toEqual(['equivalent']);
    expect(await found({ environment: 'prod' })).toEqual(['bareBug']);
  });

  it('are payload bugs by the same rule as everywhere', async () => {
    expect(await found({ payloadBugsOnly: true })).toEqual(['bug', 'bareBug', 'equivalent']);
    const byRule = Object.keys(STORED).filter(name => isPayloadBug(STORED[name]!));
    expect(byRule).toEqual(['bug', 'bareBug', 'equivalent']);
  });

  it('are found wherever they lie in a long range, up to the limit', async () => {
    const apart = [0, 1, 9_999, 10_000, 90_000, 3_600_000, 86_400_000, 30 * 86_400_000];
    const old = { service: 'old' };
    const events = apart.map((ms, place) =>
      closeEvent(100 + place, { ...old, startedAt: TEN_O_CLOCK - 86_400_000 - ms }),
    );
    await store.appendEvents(EventBatch.of(events));
    const idsOf = async (limit: number) =>
      (await store.readCloses({ from: 0, to: TEN_O_CLOCK * 2, limit, ...old })).map(({ spanId }) => spanId);
    const ids = events.map(({ spanId }) => spanId);
    expect(await idsOf(100)).toEqual(ids);
    expect(await idsOf(6)).toEqual(ids.slice(0, 6));
  });
});
