import { type CloseEvent, EventBatch } from '@closewatch/collector';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomFrom } from '../event.fixture.ts';
import { Fleet } from '../fleet.fixture.ts';
import { createEngine } from './engine.ts';

const START = Date.parse('2026-11-23T10:00:00Z');
const MINUTE = 60_000;

/** A roll with a bug in it, some minutes long: no row is ever late, in whatever order. */
function shortHistory(): CloseEvent[] {
  const fleet = new Fleet({ seed: 5, startedAt: START, clients: 60, instances: 3, version: '1.8.0' });
  fleet.pass(60, 0.05);
  fleet.roll('1.8.1', 6, step => {
    if (step === 1) fleet.firstMessageBug = client => (client % 2 === 0 ? 1 : 0);
  });
  return fleet.pass(60).rows();
}

/** Nearly two hours: bugs that end, reopen, and are past, and a roll. */
function longHistory(): CloseEvent[] {
  const fleet = new Fleet({ seed: 6, startedAt: START, clients: 60, instances: 3, version: '1.8.0' });
  const hasBug = (client: number) => client % 3 === 0;
  fleet.pass(600, 0.002).pass(60, 0.4, hasBug).pass(1_500, 0.002).roll('1.8.1', 8);
  return fleet.pass(900, 0.002).pass(60, 0.4, hasBug).pass(3_600, 0.002).rows();
}

/** The same with the clients' rows beside the servers'; of every tenth connection the server reports nothing. */
function withClients(events: readonly CloseEvent[]): CloseEvent[] {
  const isLost = (id: string) => Number(id.slice(1)) % 10 === 0;
  const servers = events
    .filter(event => !isLost(event.connectionId!))
    .map(event => (event.kind === 'connect' ? { ...event, parentSpanId: clientsIdOf(event) } : event));
  const clients = events.map(event => ({
    ...event,
    role: 'client' as const,
    service: 'app',
    spanId: `c${event.spanId.slice(1)}`,
    connectionId: clientsIdOf(event),
    instance: event.clientId,
    time: event.time + (event.kind === 'connect' ? 3 : 20),
  }));
  return [...servers, ...clients].sort((a, b) => a.time - b.time);
}

/** The id of the client's end of a server's connection. */
function clientsIdOf({ connectionId }: CloseEvent): string {
  return connectionId!.slice(1).padStart(16, 'c11e000000000000');
}

function verdictsOf(batches: Iterable<EventBatch | readonly CloseEvent[]>, evaluating = false): string {
  const engine = createEngine();
  for (const batch of batches) {
    engine.ingest(batch);
    if (evaluating) engine.evaluate();
  }
  expect(engine.counters).toEqual({ late: 0, ahead: 0, forgotten: 0, uncompared: 0, joined: 0, unfollowed: 0 });
  return JSON.stringify(engine.evaluate());
}

function batchesOf(events: readonly CloseEvent[], random: () => number): CloseEvent[][] {
  const batches: CloseEvent[][] = [];
  for (let from = 0; from < events.length; ) {
    const size = 1 + Math.floor(random() ** 3 * 400);
    batches.push(events.slice(from, from + size));
    from += size;
  }
  return batches;
}

describe('rows in any order, in any batches, more than once', () => {
  for (const [who, events] of [
    ['servers', shortHistory()],
    ['servers and clients', withClients(shortHistory())],
  ] as const) {
    it(`gives the same verdicts to the byte for a short history of ${who}, shuffled at will`, () => {
      const receivedAt = events.at(-1)!.time;
      const inOrder = verdictsOf([events]);
      expect(inOrder).toContain('payload_bug');
      expect(inOrder).toContain('deploy_wave');
      const property = fc.property(fc.integer(), fc.boolean(), (seed, evaluating) => {
        const random = randomFrom(seed);
        const twice = events.filter(() => random() < 0.2);
        const shuffled = [...events, ...twice]
          .map(event => ({ event: { ...event, receivedAt }, key: random() }))
          .sort((a, b) => a.key - b.key)
          .map(({ event }) => event);
        expect(verdictsOf(batchesOf(shuffled, random), evaluating)).toBe(inOrder);
      });
      fc.assert(property, { numRuns: 15 });
    });

    it(`gives the same verdicts to the byte for columns as for events, of ${who}`, () => {
      const batches = batchesOf(events, randomFrom(1)).map(batch => EventBatch.of(batch));
      expect(verdictsOf(batches)).toBe(verdictsOf([events]));
    });
  }

  it('gives the same verdicts to the byte for a long history whose rows are up to 14 minutes late', () => {
    const events = longHistory();
    const inOrder = verdictsOf([events]);
    expect(JSON.parse(inOrder).map((verdict: { kind: string }) => verdict.kind)).toEqual([
      'payload_bug',
      'deploy_wave',
    ]);
    const property = fc.property(fc.integer(), fc.boolean(), (seed, evaluating) => {
      const random = randomFrom(seed);
      const late = events
        .map(event => ({
          ...event,
          receivedAt: event.time + (random() < 0.1 ? random() * 14 * MINUTE : random() * 5_000),
        }))
        .sort((a, b) => a.receivedAt - b.receivedAt);
      expect(verdictsOf(batchesOf(late, random), evaluating)).toBe(inOrder);
    });
    fc.assert(property, { numRuns: 12 });
  });
});

describe('rows that come after the horizon', () => {
  it('are counted as late and change nothing', () => {
    const events = longHistory();
    const [kept, held] = [events.filter(event => event.code !== 1007), events.filter(event => event.code === 1007)];
    const engine = createEngine();
    engine.ingest(kept);
    const before = JSON.stringify(engine.evaluate());
    engine.ingest(held.filter(event => event.time < kept.at(-1)!.time - 16 * MINUTE));
    expect(JSON.stringify(engine.evaluate())).toBe(before);
    expect(engine.counters.late).toBeGreaterThan(30);
  });

  it('and rows from a clock that is far ahead move nothing either', () => {
    const [first, ...rest] = shortHistory();
    const engine = createEngine();
    engine.ingest([{ ...first!, spanId: 'f'.repeat(16), connectionId: 'ahead', time: first!.time + 86_400_000 }]);
    engine.ingest([first!, ...rest]);
    expect(engine.counters).toEqual({ late: 0, ahead: 1, forgotten: 0, uncompared: 0, joined: 0, unfollowed: 0 });
    expect(JSON.stringify(engine.evaluate())).toBe(verdictsOf([[first!, ...rest]]));
  });
});
