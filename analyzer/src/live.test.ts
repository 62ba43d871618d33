import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CloseEvent, EventBatch, openDuckDbStore, type Store } from '@closewatch/collector';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Analyzer, VerdictEvent } from './analyzer.ts';
import { Fleet } from './fleet.fixture.ts';
import { createAnalyzer } from './live.ts';
import { replay } from './replay.ts';
import { sequenceBefore } from './sequence-before.ts';
import type { Verdict } from './verdict.ts';

const START = Date.parse('2026-11-23T10:00:00Z');
const CHANNELS = [{ name: 'pager' }];

/** A bug that begins in a second roll; rows in order of event time. */
function history(): CloseEvent[] {
  const fleet = new Fleet({ seed: 3, startedAt: START, clients: 120, instances: 3, version: '1.8.0' });
  fleet.pass(60, 0.1).roll('1.8.1', 5, undefined, 0.1).pass(30, 0.1);
  fleet.roll('1.8.2', 5, step => {
    if (step === 1) fleet.firstMessageBug = client => (client % 3 === 0 ? 1 : 0);
  });
  return fleet.pass(30).rows();
}

describe('the live analyzer over a DuckDB store', () => {
  let folder: string;
  let store: Store;
  let now: number;
  const told: VerdictEvent[] = [];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'closewatch-live-'));
    store = await openDuckDbStore({ folder });
    told.length = 0;
  });

  afterEach(async () => {
    await store.close();
    await rm(folder, { recursive: true });
  });

  async function started(over = store): Promise<Analyzer> {
    const analyzer = createAnalyzer({ store: over, channels: CHANNELS, clock: () => now, tickMs: 3_600_000 });
    analyzer.onVerdict(event => told.push(event));
    await analyzer.start();
    return analyzer;
  }

  /** Stores rows a second of event time at a time, as they would come, and lets the analyzer follow. */
  async function live(analyzer: Analyzer, events: readonly CloseEvent[], step = 2_000): Promise<void> {
    for (let from = 0; from < events.length; ) {
      const until = events[from]!.time + step;
      const end = events.findIndex((event, index) => index > from && event.time >= until);
      const batch = events.slice(from, end < 0 ? undefined : end);
      now = batch.at(-1)!.time + 500;
      await store.appendEvents(EventBatch.of(batch.map(event => ({ ...event, receivedAt: now }))));
      await analyzer.caughtUp();
      from += batch.length;
    }
  }

  async function stored(): Promise<Verdict[]> {
    const records = await store.readVerdicts({});
    return records.map(record => record.document as unknown as Verdict).sort(byStart);
  }

  it('goes on from what was usual before the day that it reads again', async () => {
    const fleetAt = (startedAt: number, seed: number) =>
      new Fleet({ seed, startedAt, clients: 60, instances: 2, version: '1.8.0' });
    const before = fleetAt(START, 1)
      .pass(2 * 3_600, 0.05)
      .rows();
    await store.appendEvents(EventBatch.of(before));
    now = before.at(-1)!.time + 1_000;
    const first = await started();
    await first.caughtUp();
    await first.stop();
    const later = START + 36 * 3_600_000;
    const rows = fleetAt(later, 2).pass(120, 0.05).rows();
    await store.appendEvents(EventBatch.of(rows));
    now = rows.at(-1)!.time + 1_000;
    const again = await started();
    const [minute] = again.series({ from: later, to: later + 60_000, binSeconds: 60 });
    await again.stop();
    // 3 a minute were usual; a service that begins in this minute would expect next to none.
    expect(minute!.expected).toBeGreaterThan(2);
    expect(minute!.expected).toBeLessThan(4.5);
  });

  it('says what a replay of the same rows says, and pages once', async () => {
    now = START;
    const analyzer = await started();
    const events = history();
    await live(analyzer, events);
    await analyzer.stop();
    const replayed = await replay(batches(events));
    expect(replayed.map(verdict => verdict.kind)).toEqual(['deploy_wave', 'deploy_wave', 'payload_bug']);
    expect(withoutIds(await stored())).toEqual(withoutIds(replayed));
    expect(told.filter(event => event.type === 'verdict.opened')).toHaveLength(3);
    const outbox = await store.readOutbox({ limit: 10 });
    expect(outbox.map(message => [message.channel, JSON.parse(message.body).type])).toEqual([
      ['pager', 'verdict.opened'],
    ]);
  });

  it('tells a listener only of what is durable', async () => {
    now = START;
    const analyzer = await started();
    const seen: Promise<number>[] = [];
    analyzer.onVerdict(({ data }) => seen.push(store.readVerdicts({ id: data.id }).then(found => found.length)));
    await live(analyzer, history());
    await analyzer.stop();
    expect(seen.length).toBeGreaterThan(0);
    expect(new Set(await Promise.all(seen))).toEqual(new Set([1]));
  });

  it('neither forgets nor repeats a verdict over a restart in the middle of it', async () => {
    now = START;
    const events = history();
    const first = await started();
    const middle = events.findIndex(event => event.time > events.at(-1)!.time - 25_000);
    await live(first, events.slice(0, middle));
    await first.stop();
    const before = await stored();
    expect(before.map(verdict => verdict.kind)).toContain('payload_bug');
    const outbox = await store.readOutbox({ limit: 10 });

    told.length = 0;
    const second = await started();
    expect(told).toEqual([]);
    expect(await stored()).toEqual(before);
    await live(second, events.slice(middle));
    await second.stop();
    expect(told.filter(event => event.type === 'verdict.opened')).toEqual([]);
    const after = await stored();
    expect(after.map(verdict => verdict.id)).toEqual(before.map(verdict => verdict.id));
    expect(await store.readOutbox({ limit: 10 })).toEqual(outbox);
    expect(withoutIds(after)).toEqual(withoutIds(await replay(batches(events))));
  });

  it('queues a page once when the answer to its commit is lost, and it is told again', async () => {
    now = START;
    let losses = 1;
    const keepVerdicts: Store['keepVerdicts'] = async changes => {
      await store.keepVerdicts(changes);
      if (changes.messages.length > 0 && losses-- > 0) throw new Error('the answer was lost');
    };
    const analyzer = await started({ ...store, keepVerdicts });
    const events = history();
    await expect(live(analyzer, events)).rejects.toThrow('the answer was lost');
    now = events.at(-1)!.time + 500;
    await store.appendEvents(EventBatch.of(events));
    await analyzer.caughtUp();
    await analyzer.stop();
    expect(told.filter(({ type, data }) => type === 'verdict.opened' && data.kind === 'payload_bug')).toHaveLength(1);
    expect(await store.readOutbox({ limit: 10 })).toHaveLength(1);
  });

  it('ends a bug in silence, by the clock, and tells so', async () => {
    now = START;
    const analyzer = await started();
    const events = history();
    await live(analyzer, events);
    const bug = (await stored()).find(verdict => verdict.kind === 'payload_bug')!;
    now = events.at(-1)!.time + 20 * 60_000;
    await analyzer.caughtUp();
    await analyzer.stop();
    const transitions = await store.readTransitions(bug.id);
    expect(transitions.at(-1)).toMatchObject({ type: 'verdict.ended', document: { status: 'ended' } });
    const outbox = await store.readOutbox({ limit: 10 });
    expect(outbox.map(message => JSON.parse(message.body).type).sort()).toEqual(['verdict.ended', 'verdict.opened']);
  });

  it('reads no further back than a day at its start, and finds where that is', async () => {
    const rows = history();
    const day = 86_400_000;
    const received = (offset: number) =>
      rows.map(event => ({
        ...event,
        spanId: `${offset < 0 ? 'a' : 'b'}${event.spanId.slice(1)}`,
        time: event.time + offset,
        receivedAt: event.time + offset + 1,
      }));
    await store.appendEvents(EventBatch.of(received(-2 * day)));
    const old = (await store.readEventsAfter(0, 100_000)).events.length;
    await store.appendEvents(EventBatch.of(received(0)));
    expect(await sequenceBefore(store, START - day)).toBe(old);
    expect(await sequenceBefore(store, START + day)).toBe(2 * old);
    expect(await sequenceBefore(store, START - 3 * day)).toBe(0);
  });

  it('follows the store by itself', async () => {
    now = START;
    const analyzer = createAnalyzer({ store, clock: () => now, tickMs: 5 });
    const opened = new Promise<VerdictEvent>(resolve => analyzer.onVerdict(resolve));
    await analyzer.start();
    const events = history();
    now = events.at(-1)!.time + 500;
    await store.appendEvents(EventBatch.of(events.map(event => ({ ...event, receivedAt: now }))));
    expect(await opened).toMatchObject({ type: 'verdict.opened' });
    expect(analyzer.services()).toMatchObject([{ service: 'gateway', version: '1.8.2', previousVersion: '1.8.1' }]);
    await analyzer.stop();
  });
});

async function* batches(events: readonly CloseEvent[]): AsyncGenerator<CloseEvent[]> {
  for (let from = 0; from < events.length; from += 500) yield events.slice(from, from + 500);
}

function withoutIds(verdicts: readonly Verdict[]): Omit<Verdict, 'id'>[] {
  return verdicts.map(({ id: _, ...verdict }) => verdict);
}

function byStart(a: Verdict, b: Verdict): number {
  return a.startedAt < b.startedAt ? -1 : 1;
}
