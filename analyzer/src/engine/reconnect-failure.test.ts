import type { CloseEvent } from '@closewatch/collector';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomFrom } from '../event.fixture.ts';
import { Fleet } from '../fleet.fixture.ts';
import { replay } from '../replay.ts';
import type { Verdict } from '../verdict.ts';
import { createEngine } from './engine.ts';

const START = Date.parse('2026-11-23T10:00:00Z');
const IS_OLD = (client: number) => client % 4 === 0;

/** A roll after which the clients of version 5.2.0 stay away, and others that come and go. */
function history(staysAway: (client: number) => boolean = IS_OLD, minutes = 8): CloseEvent[] {
  const fleet = new Fleet({ seed: 7, startedAt: START, clients: 120, instances: 3, version: '1.8.0' });
  fleet.clientVersion = client => (IS_OLD(client) ? '5.2.0' : '5.1.0');
  fleet.staysAway = staysAway;
  fleet.pass(120).roll('1.8.1', 6);
  for (let minute = 0; minute < minutes; minute++) fleet.pass(58).reload();
  return fleet.rows();
}

async function* inBatches(events: readonly CloseEvent[], size = 500) {
  for (let from = 0; from < events.length; from += size) yield events.slice(from, from + size);
}

const failureIn = (verdicts: readonly Verdict[]) => verdicts.find(({ kind }) => kind === 'reconnect_failure');

describe('clients that a roll cuts off and that stay away', () => {
  it('are a page beside the wave that they are out since, which names them and when they were known', async () => {
    const verdicts = await replay(inBatches(history()));
    expect(verdicts.map(({ kind }) => kind).sort()).toEqual(['deploy_wave', 'reconnect_failure']);
    const wave = verdicts.find(({ kind }) => kind === 'deploy_wave');
    const failure = failureIn(verdicts);
    expect(failure).toMatchObject({
      severity: 'page',
      status: 'open',
      startedAt: wave!.startedAt,
      endedAt: null,
      clients: 30,
      expected: 2.4,
      cohort: [{ attribute: 'websocket.client.version', value: '5.2.0' }],
      wave: { kind: 'deploy_wave', startedAt: wave!.startedAt, version: '1.8.1' },
      headline: '30 of 120 clients of gateway are not back after the deploy wave of 1.8.1, most of them client 5.2.0',
    });
    const waited = (Date.parse(failure!.detectedAt) - Date.parse(wave!.startedAt)) / 1_000;
    expect(waited).toBeGreaterThan(90);
    expect(waited).toBeLessThan(110);
    // 30 of 151 closes: some clients were cut off twice.
    expect(failure!.reconnect).toMatchObject({ basis: 'clients', neverBack: 0.199 });
  });

  it('are told the same to the byte whatever the order of the rows, and however late they are', () => {
    const events = history();
    const verdictsOf = (batches: Iterable<readonly CloseEvent[]>, evaluating: boolean) => {
      const engine = createEngine();
      for (const batch of batches) {
        engine.ingest(batch);
        if (evaluating) engine.evaluate();
      }
      return JSON.stringify(engine.evaluate());
    };
    const inOrder = verdictsOf([events], false);
    expect(inOrder).toContain('reconnect_failure');
    const receivedAt = events.at(-1)!.time;
    const property = fc.property(fc.integer(), fc.boolean(), (seed, evaluating) => {
      const random = randomFrom(seed);
      const shuffled = [...events, ...events.filter(() => random() < 0.1)]
        .map(event => ({ event: { ...event, receivedAt }, key: random() }))
        .sort((a, b) => a.key - b.key)
        .map(({ event }) => event);
      const batches = Array.from({ length: 5 }, (_, index) =>
        shuffled.slice((index * shuffled.length) / 5, ((index + 1) * shuffled.length) / 5),
      );
      expect(verdictsOf(batches, evaluating)).toBe(inOrder);
    });
    fc.assert(property, { numRuns: 5 });
  });

  it('are no verdict where all come back, or a few leave', async () => {
    for (const leaves of [() => false, (client: number) => client % 60 === 0]) {
      const verdicts = await replay(inBatches(history(leaves)));
      expect(verdicts.map(({ kind }) => kind)).toEqual(['deploy_wave']);
    }
  });

  it('are found in aggregate where clients have no ids, and labelled so', async () => {
    const anonymous = history().map(event => ({ ...event, clientId: null }));
    const failure = failureIn(await replay(inBatches(anonymous)));
    expect(failure).toMatchObject({ severity: 'page', reconnect: { basis: 'aggregate' }, cohort: [] });
    // The eight reloads of the time after are taken for returns: too few to be usual.
    expect(failure!.clients).toBeGreaterThanOrEqual(22);
    expect(failure!.clients).toBeLessThanOrEqual(23);
    expect(failure!.evidence.join(' ')).toContain('opens are set against closes');
    const clean = history(() => false).map(event => ({ ...event, clientId: null }));
    expect(failureIn(await replay(inBatches(clean)))).toBeUndefined();
  });

  it('end half an hour after the last close, and stay told', async () => {
    const failure = failureIn(await replay(inBatches(history(IS_OLD, 80))));
    expect(failure).toMatchObject({ status: 'ended', clients: 30 });
    const since = (Date.parse(failure!.endedAt!) - Date.parse(failure!.startedAt)) / 60_000;
    expect(since).toBeGreaterThan(30);
    expect(since).toBeLessThan(31);
  });

  it('are expected back in the window of their service', async () => {
    const windows = { chat: { from: 60, to: 90 }, gateway: { from: 0, to: 2 } };
    const engine = createEngine({ reconnectWindows: windows });
    engine.ingest(history(() => false));
    const [wave] = engine.evaluate();
    const other = createEngine();
    other.ingest(history(() => false));
    const [usual] = other.evaluate();
    expect(wave!.reconnect!.withinWindow).toBeLessThan(0.6);
    expect(usual!.reconnect!.withinWindow).toBeGreaterThan(0.9);
  });
});
