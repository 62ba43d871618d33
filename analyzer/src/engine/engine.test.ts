import type { CloseEvent } from '@closewatch/collector';
import { describe, expect, it } from 'vitest';
import { randomFrom } from '../event.fixture.ts';
import { Fleet } from '../fleet.fixture.ts';
import type { Verdict } from '../verdict.ts';
import { createEngine } from './engine.ts';
import type { AnalyzerSettings } from './settings.ts';

const START = Date.parse('2026-11-23T10:00:00Z');
const HAS_BUG = (client: number) => client % 6 === 0;

function fleetOf(seed: number): Fleet {
  const fleet = new Fleet({ seed, startedAt: START, clients: 240, instances: 4, version: '1.8.0' });
  fleet.clientVersion = client => (HAS_BUG(client) ? '5.2.0' : '5.1.0');
  return fleet;
}

function verdictsOf(fleet: Fleet, settings: AnalyzerSettings = {}): Verdict[] {
  const engine = createEngine(settings);
  engine.ingest(fleet.rows());
  return engine.evaluate();
}

const sickClient = (row: CloseEvent) => (row.code === 1007 ? [row.clientId] : []);
const kindsOf = (verdicts: readonly Verdict[]) => verdicts.map(verdict => verdict.kind);
const secondsAfter = (time: string, since: number) => (Date.parse(time) - since) / 1_000;

describe('the engine on a fleet', () => {
  it('says nothing of a steady rate of 1007', () => {
    for (const seed of [1, 2, 3]) expect(verdictsOf(fleetOf(seed).pass(1_200, 0.1))).toEqual([]);
  });

  it('says nothing of a few sick clients when all connections are new', () => {
    expect(verdictsOf(fleetOf(1).pass(20, 0.2))).toEqual([]);
  });

  it('calls a clean roll a deploy wave, and makes up no bug where a share of the reconnects always fails', () => {
    for (const seed of [1, 2, 3]) {
      const fleet = fleetOf(seed);
      fleet.firstMessageBug = () => 0.02;
      fleet.pass(120).roll('1.8.1', 5).pass(60).roll('1.8.2', 5).pass(120);
      expect(kindsOf(verdictsOf(fleet))).toEqual(['deploy_wave', 'deploy_wave']);
    }
  });

  it('does not call a burst of 1012 with an unchanged version a deploy wave', () => {
    const fleet = fleetOf(1).pass(120);
    expect(kindsOf(verdictsOf(fleet.roll('1.8.0', 5).pass(30)))).not.toContain('deploy_wave');
  });

  it('finds a bug that begins inside a roll, dates it, and names the client', () => {
    for (const seed of [1, 2, 3]) {
      const fleet = fleetOf(seed);
      let bugAt = 0;
      fleet.pass(40, 0.1).roll('1.8.1', 5, undefined, 0.1).pass(15, 0.1);
      fleet.roll('1.8.2', 5, step => {
        if (step !== 1) return;
        bugAt = fleet.now;
        fleet.firstMessageBug = client => (HAS_BUG(client) ? 1 : 0);
      });
      const verdicts = verdictsOf(fleet.pass(20, 0.1));
      expect(kindsOf(verdicts)).toEqual(['deploy_wave', 'deploy_wave', 'payload_bug']);
      const bug = verdicts[2]!;
      expect(bug).toMatchObject({
        severity: 'page',
        status: 'open',
        endedAt: null,
        payload: { defect: 'invalid_utf8', signature: 'gzip', offset: 1, sender: 'client' },
        deploy: { version: '1.8.2', relation: 'began_inside' },
      });
      expect(secondsAfter(bug.startedAt, bugAt)).toBeGreaterThan(-5);
      expect(secondsAfter(bug.startedAt, bugAt)).toBeLessThan(5);
      expect(secondsAfter(bug.detectedAt, bugAt)).toBeGreaterThan(0);
      expect(secondsAfter(bug.detectedAt, bugAt)).toBeLessThan(12);
    }
  });

  it('goes on naming the client while its excess has passed and the usual strays come in', () => {
    for (const seed of [1, 2, 3]) {
      const fleet = fleetOf(seed).pass(60, 0.2).pass(20, 4, HAS_BUG).pass(300, 0.2);
      const [bug] = verdictsOf(fleet);
      expect(bug?.cohort).toEqual([{ attribute: 'websocket.client.version', value: '5.2.0' }]);
    }
  });

  it('ends a bug after a quarter of an hour without it, at its last close, and opens it again within the hour', () => {
    const fleet = fleetOf(1).pass(600).pass(60, 2, HAS_BUG);
    const last = fleet.events.filter(event => event.code === 1007).at(-1)!.time;
    fleet.pass(15 * 60 - 30).reload();
    const open = verdictsOf(fleet);
    expect(open).toMatchObject([{ kind: 'payload_bug', status: 'open' }]);
    const ended = verdictsOf(fleet.pass(120).reload());
    expect(ended).toMatchObject([{ kind: 'payload_bug', status: 'ended', startedAt: open[0]!.startedAt }]);
    expect(secondsAfter(ended[0]!.endedAt!, last)).toBeGreaterThan(0);
    expect(secondsAfter(ended[0]!.endedAt!, last)).toBeLessThan(1);
    const again = verdictsOf(fleet.pass(30, 2, HAS_BUG));
    expect(again).toMatchObject([{ id: open[0]!.id, status: 'open', endedAt: null }]);
  });

  it('makes nothing of one sick client, a notice of two, and a page of three', () => {
    const severities = [1, 2, 3].map(sick => {
      const fleet = fleetOf(4).pass(3_600);
      const random = randomFrom(1);
      for (let round = 0; round < 8; round++)
        fleet.pass(4 + random(), 0).sicken(client => client === (round % sick) + 10);
      return verdictsOf(fleet.pass(10)).map(verdict => verdict.severity);
    });
    expect(severities).toEqual([[], ['notice'], ['page']]);
  });

  it('holds back the page until the sick are a fair share of the service, or of their cohort', () => {
    const few = (settings: AnalyzerSettings) =>
      verdictsOf(fleetOf(4).pass(3_600).pass(10, 1, HAS_BUG), settings).map(verdict => verdict.severity);
    expect(few({ page: { minClients: 3, minShare: 0.9, minCohortShare: 0.9 } })).toEqual(['notice']);
    expect(few({ page: { minClients: 3, minShare: 0.9, minCohortShare: 0.1 } })).toEqual(['page']);
    expect(few({ page: { minClients: 3, minShare: 0.02, minCohortShare: 0.9 } })).toEqual(['page']);
    expect(few({ page: { minClients: 100, minShare: 0, minCohortShare: 0 } })).toEqual(['notice']);
  });

  it('pages nobody for what came with a public token alone, and for three that a trusted sender told of', () => {
    const severitiesWith = (isTrusted: (client: string | null) => boolean) => {
      const rows = fleetOf(4).pass(3_600).pass(10, 1, HAS_BUG).rows();
      const engine = createEngine({ page: { minClients: 3, minShare: 0, minCohortShare: 0 } });
      engine.ingest(rows.map(row => ({ ...row, trusted: row.code !== 1007 || isTrusted(row.clientId) })));
      return engine.evaluate().map(verdict => verdict.severity);
    };
    const sick = [...new Set(fleetOf(4).pass(3_600).pass(10, 1, HAS_BUG).rows().flatMap(sickClient))];
    expect(sick.length).toBeGreaterThan(3);
    expect(severitiesWith(() => false)).toEqual(['notice']);
    expect(severitiesWith(client => sick.slice(0, 2).includes(client!))).toEqual(['notice']);
    expect(severitiesWith(client => sick.slice(0, 3).includes(client!))).toEqual(['page']);
  });

  it('counts a sampled span with its weight, in the timeline and in the verdict', () => {
    const rows = fleetOf(4).pass(600, 0.02).pass(30, 1, HAS_BUG).rows();
    const [whole, sampled] = [1, 2.5].map(weight => {
      const engine = createEngine();
      engine.ingest(rows.map(row => ({ ...row, weight })));
      const [verdict] = engine.evaluate();
      const [bin] = engine.series({ from: START, to: START + 3_600_000, binSeconds: 3_600 });
      return { verdict: verdict!, bin: bin! };
    });
    const closes = rows.filter(row => row.code === 1007).length;
    expect(whole!.bin).toMatchObject({ closes: { 1007: closes }, payloadBugs: closes });
    expect(sampled!.bin).toMatchObject({
      closes: { 1007: Math.round(closes * 2.5) },
      opens: Math.round(whole!.bin.opens * 2.5),
    });
    expect(sampled!.verdict.closes).toBe(Math.round(whole!.verdict.closes * 2.5));
    expect(sampled!.verdict.clients).toBe(whole!.verdict.clients);
    expect(sampled!.verdict.startedAt).toBe(whole!.verdict.startedAt);
  });

  it('shows the timeline, the services and the deploys of what it has seen', () => {
    const engine = createEngine();
    const rows = fleetOf(1).pass(60, 0.2).roll('1.8.1', 5).pass(30).rows();
    engine.ingest(rows);
    engine.evaluate();
    const firstMinute = rows.filter(row => row.time < START + 60_000);
    const [opens, bugs] = ['connect', 'close'].map(kind => firstMinute.filter(row => row.kind === kind).length);
    expect([opens, bugs]).toEqual([254, 15]);
    const series = engine.series({ from: START, to: START + 120_000, binSeconds: 60 });
    expect(series.map(bin => bin.time)).toEqual(['2026-11-23T10:00:00.000Z', '2026-11-23T10:01:00.000Z']);
    expect(series[0]).toMatchObject({ closes: { 1007: 15 }, payloadBugs: 15, payloadEquivalents: 0, opens: 254 });
    expect(series[1]!.open).toBe(240);
    expect(engine.services()).toMatchObject([
      { service: 'gateway', environment: 'prod', version: '1.8.1', previousVersion: '1.8.0', open: 240 },
    ]);
    expect(engine.deploys(START, START + 120_000)).toMatchObject([
      { fromVersion: '1.8.0', version: '1.8.1', source: 'inferred' },
    ]);
    expect(engine.series({ from: START, to: START + 60_000, binSeconds: 60, service: 'chat' })[0]!.opens).toBe(0);
  });
});
