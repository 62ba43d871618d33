import { describe, expect, it } from 'vitest';
import type { Alarm } from '../detect/alarm.ts';
import { ServiceDetector } from '../detect/service-detector.ts';
import { DETECT_DEFAULTS } from '../detect/settings.ts';
import { randomFrom } from '../event.fixture.ts';
import { BIN } from '../facts/limits.ts';
import type { CountedConnection } from '../facts/merge-connection.ts';
import { ServiceFacts } from '../facts/service-facts.ts';
import { canaryOf, MORNING } from './canary.fixture.ts';
import { VersionTests } from './version-tests.ts';

const FIRST_BIN = MORNING / BIN;
const SEEDS = [1, 2, 3, 4, 5];

/** What the tests say after the connections came in batches, each followed by a run; and what detector A makes of it. */
function watch(batches: readonly (readonly CountedConnection[])[], length = 1_800) {
  const facts = new ServiceFacts('gateway', 'prod');
  const tests = new VersionTests(facts.arms, facts.bins, DETECT_DEFAULTS.budget.deploys);
  const detector = new ServiceDetector(facts.bins, DETECT_DEFAULTS, () => 0, [tests]);
  for (const [index, batch] of batches.entries()) {
    for (const connection of batch) facts.replace(null, connection);
    const edge = FIRST_BIN + Math.floor((length * (index + 1)) / batches.length);
    tests.run(edge);
    detector.run(edge);
  }
  const alarms: Alarm[] = [];
  for (let bin = FIRST_BIN; bin <= FIRST_BIN + length; bin++) alarms.push(...tests.alarmsIn(bin));
  return { alarms, tests, incidents: detector.incidents() };
}

describe('the test of a new version', () => {
  it.each(SEEDS)('finds a canary with ten times the bugs over a steady rate, and dates it (seed %i)', seed => {
    const { alarms } = watch([canaryOf({ seed, onOld: 0.005, onNew: 0.05, badFrom: 900 })]);
    expect(alarms[0]).toMatchObject({ by: 'deploy_test', version: { kind: 'serviceVersion', version: '1.8.2' } });
    expect(alarms[0]!.evidence).toBeGreaterThanOrEqual(1);
    expect(alarms[0]!.since - FIRST_BIN).toBeGreaterThan(600);
    const { sick, sickOnNew, expectedOnNew } = alarms[0]!.version!;
    expect(sickOnNew).toBeGreaterThan(expectedOnNew * 2);
    expect(sick).toBeGreaterThanOrEqual(sickOnNew);
  });

  it.each(SEEDS)('says nothing where both versions have as many, few or many (seed %i)', seed => {
    for (const chance of [0.005, 0.2])
      expect(watch([canaryOf({ seed, onOld: chance, onNew: chance })]).alarms).toEqual([]);
  });

  it('says nothing where the old version has more', () => {
    expect(watch([canaryOf({ seed: 1, onOld: 0.1, onNew: 0.01 })]).alarms).toEqual([]);
  });

  it('tests no version that was there from the beginning', () => {
    const { alarms, tests } = watch([canaryOf({ seed: 1, deployedAt: 0, onOld: 0.005, onNew: 0.2 })]);
    expect(alarms).toEqual([]);
    expect(tests.tests()).toEqual([]);
  });

  it('counts a client once, however often it comes back', () => {
    const [sick, ...others] = canaryOf({ seed: 1, onOld: 0, onNew: 0.02 }).sort(
      (a, b) => Number(b.connection.payloadBug) - Number(a.connection.payloadBug),
    );
    const again = Array.from({ length: 60 }, (_, index) => {
      const openedAt = MORNING + (700 + index * 10) * 1_000;
      const connection = { ...sick!.connection, id: `again ${index}`, openedAt, closedAt: openedAt + 50 };
      return { ...sick!, connection, exposedFrom: openedAt, spoke: [openedAt], firstTime: openedAt };
    });
    const quiet = others.filter(({ connection }) => !connection.payloadBug);
    const { alarms } = watch([[sick!, ...quiet, ...again]]);
    expect(alarms).toEqual([]);
  });

  it.each(SEEDS)('says the same in any order, in any batches (seed %i)', seed => {
    const all = canaryOf({ seed, onOld: 0.01, onNew: 0.1 });
    const random = randomFrom(seed);
    const shuffled = all.map(one => ({ one, key: random() })).sort((a, b) => a.key - b.key);
    const batches = Array.from({ length: 4 }, (_, index) =>
      shuffled.filter((_one, at) => at % 4 === index).map(({ one }) => one),
    );
    const atOnce = watch([all]);
    const inBatches = watch(batches);
    expect(atOnce.alarms.length).toBeGreaterThan(0);
    expect(inBatches.alarms).toEqual(atOnce.alarms);
    expect(inBatches.incidents).toEqual(atOnce.incidents);
  });

  it('opens the incident before the rate of the whole service shows anything', () => {
    const { alarms, incidents } = watch([canaryOf({ seed: 1, connections: 400, onOld: 0.02, onNew: 0.06 })]);
    expect(alarms.length).toBeGreaterThan(0);
    expect(incidents).toHaveLength(1);
    expect(incidents[0]!.foundBy[0]!.by).toBe('deploy_test');
    expect(incidents[0]!.startedAt).toBe(alarms[0]!.firstAt);
  });

  it('joins the incident that the rate has opened', () => {
    const { incidents } = watch([canaryOf({ seed: 1, onOld: 0.002, onNew: 0.5 })]);
    expect(incidents).toHaveLength(1);
    expect(incidents[0]!.foundBy.map(({ by }) => by).sort()).toEqual(['deploy_test', 'rate']);
  });

  it('lets go of the instances of versions that are gone, and still compares those that run', () => {
    const facts = new ServiceFacts('gateway', 'prod');
    const tests = new VersionTests(facts.arms, facts.bins, DETECT_DEFAULTS.budget.deploys);
    const detector = new ServiceDetector(facts.bins, DETECT_DEFAULTS, () => 0, [tests]);
    let alarms = 0;
    for (let deploy = 0; deploy < 12; deploy++) {
      const isBad = deploy === 11;
      const connections = canaryOf({ seed: deploy, onOld: 0.01, onNew: isBad ? 0.2 : 0.01 }).map(one => {
        const shift = deploy * 1_800_000;
        const { connection } = one;
        const times = {
          openedAt: connection.openedAt! + shift,
          closedAt: (connection.closedAt ?? MORNING + 1_800_000) + shift,
        };
        const isNew = connection.serviceVersion === '1.8.2';
        const names = { serviceVersion: `1.${deploy}.${isNew ? 1 : 0}`, instance: `${connection.instance}-${deploy}` };
        const id = `${connection.id}/${deploy}`;
        const moved = { ...connection, ...times, ...names, id, clientId: id };
        return { ...one, connection: moved, exposedFrom: times.openedAt, spoke: [times.openedAt, times.closedAt] };
      });
      for (const connection of connections) facts.replace(null, connection);
      const edge = FIRST_BIN + (deploy + 1) * 1_800;
      tests.run(edge);
      detector.run(edge);
      facts.forgetBefore(edge - 7_200, 0, edge * BIN);
      for (let bin = edge - 1_800; bin < edge; bin++) alarms += tests.alarmsIn(bin).length;
      if (!isBad) expect(alarms).toBe(0);
    }
    expect(alarms).toBeGreaterThan(0);
    // Four instances a deploy: those of the last two hours, of twelve deploys in six.
    expect(facts.arms.size).toBeLessThanOrEqual(4 * 6);
  });
});
