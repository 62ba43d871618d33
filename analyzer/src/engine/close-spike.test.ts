import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomFrom, row } from '../event.fixture.ts';
import type { AnalyzedEvent } from '../facts/analyzed-event.ts';
import { Fleet } from '../fleet.fixture.ts';
import { exponential, simulatedDurations } from '../idle/simulated-durations.fixture.ts';
import type { Verdict } from '../verdict.ts';
import { createEngine } from './engine.ts';

const START = Date.parse('2026-11-23T10:00:00Z') / 1000;
const IS_NEW = (id: string) => Number(id.slice(1)) % 4 === 0;

/** A service with a code and a status that always come now and then; every fourth client runs 5.2.0. */
function usual(seed: number, seconds = 3_000): AnalyzedEvent[] {
  const random = randomFrom(seed);
  const close = (): Partial<AnalyzedEvent> => {
    const one = random();
    if (one < 0.02) return { code: 4001, initiator: 'local' };
    return one < 0.5 ? { code: 1001, initiator: 'remote' } : { code: 1000, initiator: 'remote' };
  };
  const service = {
    random,
    startsAt: START,
    seconds,
    opensPerSecond: 0.5,
    stay: exponential(300),
    idle: 0,
    timeout: 60,
  };
  const rows = simulatedDurations({ ...service, close });
  for (let at = 40; at < seconds; at += exponential(120)(random))
    rows.push(refusedAt(at, 401, `lost ${Math.floor(random() * 1_000)}`));
  return rows.map(event => ({ ...event, clientVersion: IS_NEW(event.connectionId!) ? '5.2.0' : '5.1.0' })).sort(byTime);
}

function refusedAt(second: number, httpStatus: number | null, clientId: string): AnalyzedEvent {
  const time = Math.round((START + second) * 1000);
  const connectionId = `h${clientId} ${second}`;
  return row({
    kind: 'connect',
    failed: true,
    time,
    httpStatus,
    clientId,
    connectionId,
    instance: `pod-${Math.round(second) % 3}`,
  });
}

const byTime = (one: AnalyzedEvent, other: AnalyzedEvent) => one.time - other.time;

/** From a second on, those that `who` allows close with a code as soon as they say anything, for a while. */
function withSpike(
  events: readonly AnalyzedEvent[],
  { code, from, seconds, who }: { code: number; from: number; seconds: number; who: (event: AnalyzedEvent) => boolean },
): AnalyzedEvent[] {
  const inside = (time: number) => time >= (START + from) * 1000 && time < (START + from + seconds) * 1000;
  return events.map(event =>
    event.kind === 'close' && inside(event.time) && who(event)
      ? { ...event, code, initiator: 'local' as const }
      : event,
  );
}

function verdictsOf(batches: Iterable<readonly AnalyzedEvent[]>, evaluating = false, clock?: number): Verdict[] {
  const engine = createEngine();
  for (const batch of batches) {
    engine.ingest(batch);
    if (evaluating) engine.evaluate();
  }
  return engine.evaluate(clock);
}

const spike = { code: 1011, from: 1_500, seconds: 600, who: (event: AnalyzedEvent) => event.clientVersion === '5.2.0' };

describe('a close code that rises', () => {
  it('is a notice with the code in words, who closes, whose connections they are, and what helps', () => {
    const [verdict, ...others] = verdictsOf([withSpike(usual(1), spike)]);
    expect(others).toEqual([]);
    expect(verdict).toMatchObject({
      kind: 'close_spike',
      severity: 'notice',
      code: 1011,
      cohort: [{ attribute: 'websocket.client.version', value: '5.2.0' }],
      headline: '1011 (Internal Error) spike in gateway: client 5.2.0',
      mend: 'Read the logs of the server at that time; look whether it began with a version.',
    });
    const since = (Date.parse(verdict!.startedAt) - (START + spike.from) * 1000) / 1000;
    expect(since).toBeGreaterThanOrEqual(0);
    expect(since).toBeLessThan(60);
    const waited = (Date.parse(verdict!.detectedAt) - (START + spike.from) * 1000) / 1000;
    expect(waited).toBeLessThan(120);
    expect(verdict!.evidence[2]).toMatch(/^The server closes, in (\d+) of \1\.$/);
  });

  it('says nothing of codes and statuses that come as they always do', () => {
    for (const seed of [2, 3, 4]) expect(verdictsOf([usual(seed)])).toEqual([]);
  });

  it('ends when it is over, and stays told', () => {
    const [verdict] = verdictsOf([withSpike(usual(1, 12_000), spike)]);
    expect(verdict).toMatchObject({ kind: 'close_spike', status: 'ended' });
    const until = (Date.parse(verdict!.endedAt!) - (START + spike.from + spike.seconds) * 1000) / 1000;
    expect(Math.abs(until)).toBeLessThan(120);
  });

  it('is told the same to the byte whatever the order of the rows, in any batches, and up to 14 minutes late', () => {
    const events = withSpike(usual(5), spike);
    const clock = events.at(-1)!.time + 900_000;
    const inOrder = JSON.stringify(verdictsOf([events], false, clock));
    expect(inOrder).toContain('close_spike');
    const property = fc.property(fc.integer(), fc.boolean(), (seed, evaluating) => {
      const random = randomFrom(seed);
      const late = events
        .map(event => ({ ...event, receivedAt: event.time + (random() < 0.1 ? random() * 840_000 : random() * 5_000) }))
        .sort((a, b) => a.receivedAt - b.receivedAt);
      const batches = Array.from({ length: 20 }, (_, at) =>
        late.slice((at * late.length) / 20, ((at + 1) * late.length) / 20),
      );
      expect(JSON.stringify(verdictsOf(batches, evaluating, clock))).toBe(inOrder);
    });
    fc.assert(property, { numRuns: 4 });
  });
});

describe('handshakes that fail', () => {
  it.each([
    [401, 'Handshake 401 (Unauthorized) spike in gateway', 'Look at tokens'],
    [502, 'Handshake 502 (Bad Gateway) spike in gateway', 'Look at the servers behind the proxy'],
    [null, 'Failed handshake (no answer) spike in gateway', 'See whether the address resolves'],
  ])('with %s are a notice beside the handshakes that succeed', (status, headline, mend) => {
    const random = randomFrom(6);
    const failing = Array.from({ length: 60 }, (_, index) =>
      refusedAt(1_500 + random() * 300, status, `shut out ${index % 40}`),
    );
    const [verdict, ...others] = verdictsOf([[...usual(6), ...failing].sort(byTime)]);
    expect(others).toEqual([]);
    expect(verdict).toMatchObject({ kind: 'close_spike', severity: 'notice', httpStatus: status });
    expect(verdict!.headline).toBe(headline);
    expect(verdict!.mend).toContain(mend);
    expect(verdict!.closes).toBeGreaterThanOrEqual(55);
  });

  it('with two statuses at once are two verdicts, each with an id of its own', () => {
    const failing = Array.from({ length: 80 }, (_, index) =>
      refusedAt(1_500 + index * 3, index % 2 === 0 ? 502 : 503, `shut out ${index}`),
    );
    const verdicts = verdictsOf([[...usual(7), ...failing].sort(byTime)]);
    expect(verdicts.map(({ httpStatus }) => httpStatus).sort()).toEqual([502, 503]);
    expect(new Set(verdicts.map(({ id }) => id)).size).toBe(2);
  });
});

describe('codes that are a wave’s', () => {
  /** A roll in which a part of the connections closes with 1011, and clients are turned away with 503 while nobody listens. */
  function roll(): AnalyzedEvent[] {
    const fleet = new Fleet({ seed: 8, startedAt: START * 1000, clients: 200, instances: 2, version: '1.8.0' });
    const rows = fleet.pass(1_200).roll('1.8.1', 10).pass(300).rows();
    const shed = rows.filter(({ code }) => code === 1012);
    const failing = shed.slice(0, 60).map((event, index) => ({
      ...refusedAt((event.time - START * 1000) / 1000 + 1, 503, `waiting ${index}`),
      environment: 'prod',
    }));
    return [
      ...rows.map(event =>
        event.code === 1012 && Number(event.connectionId!.slice(1)) % 3 === 0 ? { ...event, code: 1011 } : event,
      ),
      ...failing,
    ].sort(byTime);
  }

  it('open no close_spike beside it', () => {
    const events = roll();
    expect(events.filter(({ code }) => code === 1011).length).toBeGreaterThan(50);
    expect(verdictsOf([events]).map(({ kind }) => kind)).toEqual(['deploy_wave']);
  });

  it('nor do those after it is settled', () => {
    const last = roll().at(-1)!.time;
    const after = Array.from({ length: 90 }, (_, minute) =>
      row({
        kind: 'connect',
        time: last + minute * 60_000,
        connectionId: `later ${minute}`,
        instance: 'pod-1.8.1-0',
        serviceVersion: '1.8.1',
      }),
    );
    expect(verdictsOf([roll(), after]).map(({ kind }) => kind)).toEqual(['deploy_wave']);
  });

  it('are the crash loop’s where a process falls over again and again with 1011', () => {
    const random = randomFrom(9);
    const rows: AnalyzedEvent[] = [];
    let number = 0;
    const live = (instance: string, clients: number, from: number, to: number | null) => {
      for (let client = 0; client < clients; client += 1) {
        const connectionId = `x${++number}`;
        const openedAt = from + random() * 3;
        const common = { connectionId, clientId: `${instance} ${client}`, instance, serviceVersion: '1.8.1' };
        rows.push(row({ kind: 'connect', time: Math.round((START + openedAt) * 1000), ...common }));
        if (to === null) continue;
        const how = { code: 1011, initiator: 'local', connectionDuration: to - openedAt } as const;
        rows.push(row({ kind: 'close', time: Math.round((START + to + random()) * 1000), ...common, ...how }));
      }
    };
    live('steady', 60, 0, null);
    for (const [from, to] of [
      [0, 1_500],
      [1_510, 1_580],
      [1_600, 1_660],
      [1_700, 1_760],
      [1_840, null],
    ] as const)
      live('looping', 60, from, to);
    const verdicts = verdictsOf([rows.sort(byTime)], false, (START + 2_400) * 1000);
    expect(verdicts.map(({ kind }) => kind)).toEqual(['crash_loop']);
  });
});
