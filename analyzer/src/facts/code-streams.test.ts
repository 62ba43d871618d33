import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomFrom, row } from '../event.fixture.ts';
import type { AnalyzedEvent } from './analyzed-event.ts';
import { STREAM_BIN } from './code-streams.ts';
import { Facts } from './facts.ts';
import { forget } from './forget.ts';

const START = Date.parse('2026-11-23T10:00:00Z');

const closeOf = (id: number, code: number, facts: Partial<AnalyzedEvent> = {}) =>
  row({
    kind: 'close',
    time: START + id * 1_000,
    connectionId: `c${id}`,
    code,
    connectionDuration: 60,
    initiator: 'local',
    ...facts,
  });
const refused = (id: number, httpStatus: number | null, facts: Partial<AnalyzedEvent> = {}) =>
  row({ kind: 'connect', failed: true, time: START + id * 1_000, connectionId: `h${id}`, httpStatus, ...facts });

/** What each stream of a service has: new sick clients, and all that came. */
function streamsOf(facts: Facts, name = 'gateway') {
  const service = [...facts.services.values()].find(one => one.service === name);
  const sums = [...(service?.codes.streams ?? [])].map(([key, { bins }]) => {
    let [clients, rows] = [0, 0];
    for (const bin of bins.values()) {
      clients += bin.sickYoung + bin.sickOld;
      for (const { weight } of bin.rows.values()) rows += weight;
    }
    return [key, { clients, rows }] as const;
  });
  return Object.fromEntries(sums.filter(([, { rows }]) => rows > 0));
}

function factsOf(events: readonly AnalyzedEvent[], releasedAt = START + 3_600_000): Facts {
  const facts = new Facts();
  for (const event of events) facts.ingest(event);
  facts.release(releasedAt);
  return facts;
}

describe('closes by code and failed handshakes by status', () => {
  it('count each client once per ten minutes, and all of them with their weight', () => {
    const facts = factsOf([
      closeOf(1, 1011, { clientId: 'a' }),
      closeOf(2, 1011, { clientId: 'a' }),
      closeOf(3, 1011, { clientId: 'b', weight: 4 }),
      closeOf(4, 4001, { clientId: 'a' }),
      refused(5, 401, { clientId: 'c' }),
      refused(6, 401, { clientId: 'c' }),
      refused(7, null, { clientId: 'c' }),
    ]);
    expect(streamsOf(facts)).toEqual({
      'close 1011': { clients: 2, rows: 6 },
      'close 4001': { clients: 1, rows: 1 },
      'handshake 401': { clients: 1, rows: 2 },
      'handshake none': { clients: 1, rows: 1 },
    });
  });

  it('leave out what belongs to waves, and what is a payload bug', () => {
    const codes = [1000, 1001, 1005, 1006, 1007, 1012, 1013].map((code, index) => closeOf(index, code));
    const disguised = closeOf(20, 1002, { payloadDefect: 'invalid_utf8' });
    const own = closeOf(21, 1007, { payloadDefect: 'application' });
    expect(streamsOf(factsOf([...codes, disguised, own]))).toEqual({ 'close 1007': { clients: 1, rows: 1 } });
  });

  it('tell young connections from old ones', () => {
    const facts = factsOf([closeOf(1, 1011, { connectionDuration: 3 }), closeOf(2, 1011)]);
    const [stream] = [...facts.services.values()][0]!.codes.streams.values();
    expect(stream!.bins.get(Math.floor((START + 1_000) / STREAM_BIN))).toMatchObject({ sickYoung: 1, sickOld: 1 });
  });

  it('count a handshake that both ends report once, at the server, and one that only the client knows at its own service', () => {
    const seen = refused(1, 401, { parentSpanId: 'client', clientId: null });
    const told = refused(1, null, { role: 'client', service: 'app', connectionId: 'client', clientId: 'c' });
    const alone = refused(2, 502, { role: 'client', service: 'app', connectionId: 'other', clientId: 'c' });
    for (const events of [
      [seen, told, alone],
      [alone, told, seen],
    ]) {
      const facts = factsOf(events);
      expect(streamsOf(facts)).toEqual({ 'handshake 401': { clients: 1, rows: 1 } });
      expect(streamsOf(facts, 'app')).toEqual({ 'handshake 502': { clients: 1, rows: 1 } });
      const [handshake] = [...facts.services.values()].find(one => one.service === 'gateway')!.handshakes.values();
      expect(handshake?.connection.clientId).toBe('c');
    }
  });

  it('are the same in any order, with duplicates', () => {
    const random = randomFrom(1);
    const codes = [1011, 1002, 4000, 4001, 1008];
    const events = Array.from({ length: 120 }, (_, index) => {
      const clientId = `client ${Math.floor(random() * 30)}`;
      const pick = codes[index % codes.length]!;
      return index % 3 === 0 ? refused(index, 400 + (index % 2), { clientId }) : closeOf(index, pick, { clientId });
    });
    const inOrder = streamsOf(factsOf(events));
    const property = fc.property(fc.integer(), seed => {
      const order = randomFrom(seed);
      const mixed = [...events, ...events.slice(0, 40)]
        .map(event => ({ event, key: order() }))
        .sort((one, other) => one.key - other.key)
        .map(({ event }) => event);
      expect(streamsOf(factsOf(mixed))).toEqual(inOrder);
    });
    fc.assert(property, { numRuns: 20 });
  });

  it('are taken back where the handshake turns out to have had a connection', () => {
    const facts = factsOf([refused(1, 502)]);
    facts.ingest(closeOf(2, 1000, { connectionId: 'h1' }));
    expect(streamsOf(facts)).toEqual({});
  });

  it('go on counting past 200 of them, joined with one another', () => {
    const facts = factsOf(Array.from({ length: 250 }, (_, index) => closeOf(index, 4_000 + index)));
    const { codes } = [...facts.services.values()][0]!;
    expect(codes.streams.size).toBe(201);
    expect(codes.joined).toBe(50);
    expect(streamsOf(facts).others).toEqual({ clients: 50, rows: 50 });
  });

  it('stay counted for two hours, and their rows in memory for 45 minutes', () => {
    const facts = factsOf([refused(0, 401)]);
    const [service] = facts.services.values();
    const later = (minutes: number) => forget(facts, START + minutes * 60_000, () => Number.POSITIVE_INFINITY);
    later(44);
    expect(service!.handshakes.size).toBe(1);
    later(46);
    expect(service!.handshakes.size).toBe(0);
    expect(streamsOf(facts)).toEqual({ 'handshake 401': { clients: 1, rows: 1 } });
    later(121);
    expect(streamsOf(facts)).toEqual({});
  });
});

describe('connections that went away by themselves', () => {
  const dropsOf = (...events: AnalyzedEvent[]) =>
    [...[...factsOf(events).services.values()][0]!.drops.minutes.values()].flatMap(minute => [...minute.keys()]);

  it('are those without a close frame that no application ended', () => {
    const transport = { initiator: 'transport' } as const;
    expect(dropsOf(closeOf(1, 1006, transport))).toEqual(['c1']);
    expect(dropsOf(closeOf(1, 1006, { initiator: null }))).toEqual(['c1']);
    expect(dropsOf(closeOf(1, 1006))).toEqual([]);
    expect(dropsOf(closeOf(1, 4000, transport))).toEqual([]);
    expect(dropsOf(closeOf(1, 1006, { ...transport, connectionDuration: null }))).toEqual([]);
  });

  it('are none where the other end ended it with terminate()', () => {
    const opened = row({ kind: 'connect', time: START, connectionId: 'c1', parentSpanId: 'client' });
    const server = closeOf(1, 1006, { initiator: 'transport' });
    const client = closeOf(1, 1006, { role: 'client', service: 'app', connectionId: 'client', initiator: 'local' });
    expect(dropsOf(opened, server)).toEqual(['c1']);
    expect(dropsOf(opened, server, client)).toEqual([]);
    expect(dropsOf(client, server, opened)).toEqual([]);
  });
});
