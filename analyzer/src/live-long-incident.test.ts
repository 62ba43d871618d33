import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CloseEvent, EventBatch, openDuckDbStore, type Store } from '@closewatch/collector';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Analyzer, VerdictEvent } from './analyzer.ts';
import { Fleet } from './fleet.fixture.ts';
import { createAnalyzer } from './live.ts';
import type { Verdict } from './verdict.ts';

const START = Date.parse('2026-11-23T10:00:00Z');
const HOUR = 3_600;

/** Lets hours pass in which a client reloads each minute: without a sign of life an instance counts as gone. */
function passHours(fleet: Fleet, hours: number, bugsPerSecond: number): Fleet {
  for (let minute = 0; minute < hours * 60; minute++)
    fleet.pass(58, bugsPerSecond, client => client % 5 === 0).reload();
  return fleet;
}

/** Two quiet hours, then a bug every minute or so. */
function fleetWithBug(hours: number): Fleet {
  const fleet = new Fleet({ seed: 5, startedAt: START, clients: 60, instances: 2, version: '1.8.0' });
  return passHours(passHours(fleet, 2, 0), hours, 0.02);
}

describe('a payload bug that runs for longer than a day', () => {
  let folder: string;
  let store: Store;
  let now: number;
  const told: VerdictEvent[] = [];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'closewatch-long-'));
    store = await openDuckDbStore({ folder });
    told.length = 0;
  });

  afterEach(async () => {
    await store.close();
    await rm(folder, { recursive: true });
  });

  async function started(): Promise<Analyzer> {
    const analyzer = createAnalyzer({
      store,
      channels: [{ name: 'pager' }],
      clock: () => now,
      tickMs: 3_600_000,
    });
    analyzer.onVerdict(event => told.push(event));
    await analyzer.start();
    return analyzer;
  }

  /** Stores what was received up to the end of the rows, and lets an analyzer follow that is stopped then. */
  async function followed(rows: readonly CloseEvent[]): Promise<void> {
    await store.appendEvents(EventBatch.of(rows));
    now = rows.at(-1)!.time + 500;
    const analyzer = await started();
    await analyzer.stop();
  }

  async function openVerdict(): Promise<Verdict> {
    const records = await store.readVerdicts({ kind: 'payload_bug' });
    expect(records.map(({ status }) => status)).toEqual(['open']);
    return records[0]!.document as unknown as Verdict;
  }

  /** The verdict as it stood four hours in; the rows up to then are stored. */
  async function openedIn(fleet: Fleet): Promise<Verdict> {
    await followed(fleet.rows().filter(({ time }) => time < START + 4 * HOUR * 1_000));
    const opened = await openVerdict();
    told.length = 0;
    return opened;
  }

  const restOf = (fleet: Fleet) => fleet.rows().filter(({ time }) => time >= START + 4 * HOUR * 1_000);

  it('stays open over a restart, as the same, and counts on', async () => {
    const fleet = fleetWithBug(27);
    const opened = await openedIn(fleet);
    await followed(restOf(fleet));
    expect(told.filter(({ type }) => type !== 'verdict.updated')).toEqual([]);
    const { id, startedAt, closes } = await openVerdict();
    expect([id, startedAt]).toEqual([opened.id, opened.startedAt]);
    expect(Date.parse(startedAt)).toBeLessThan(now - 24 * HOUR * 1_000);
    expect(closes).toBeGreaterThan(opened.closes + 500);
    const outbox = await store.readOutbox({ limit: 10 });
    expect(outbox.map(({ body }) => JSON.parse(body).type)).toEqual(['verdict.opened']);
  });

  it('ends over a restart when the quiet has lasted', async () => {
    const fleet = passHours(fleetWithBug(27), 1, 0);
    const { id } = await openedIn(fleet);
    await followed(restOf(fleet));
    expect(told.map(({ type, data }) => [type, data.id])).toEqual([['verdict.ended', id]]);
  });
});
