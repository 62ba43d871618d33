import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomFrom } from '../event.fixture.ts';
import { CohortDetectors } from './cohort-detectors.ts';
import type { IncidentState } from './incident-state.ts';
import { ServiceDetector } from './service-detector.ts';
import { DETECT_DEFAULTS } from './settings.ts';
import { identityOf, type SickClient, SimulatedCohorts, sickAt } from './simulated-cohorts.fixture.ts';

const HOUR = 3_600;
const COMMON = identityOf('5.1.0', 'eu-west-1');
const ELSEWHERE = identityOf('5.1.0', 'us-east-1');
const FEW = identityOf('5.2.0', 'eu-west-1');
const CONNECTIONS = new Map([
  [COMMON, 6_000],
  [ELSEWHERE, 3_950],
  [FEW, 50],
]);

/** What always comes: 0.2 new sick clients a second, as many of each as there are connections. */
function usual(seconds: number, seed: number): SickClient[] {
  return [
    ...sickAt(COMMON, 0.12, 10, seconds, seed),
    ...sickAt(ELSEWHERE, 0.079, 10, seconds, seed + 1_000),
    ...sickAt(FEW, 0.001, 10, seconds, seed + 2_000),
  ];
}

/** Tells the sick clients in batches, judges at the end or after each batch, too, and returns what was found. */
function incidentsOf(
  batches: readonly (readonly SickClient[])[],
  seconds: number,
  { judgeEach = false, withCohorts = true } = {},
): IncidentState[] {
  const facts = new SimulatedCohorts(CONNECTIONS, seconds);
  const cohorts = new CohortDetectors(facts.cohorts, DETECT_DEFAULTS.budget.cohorts);
  const detector = new ServiceDetector(facts.bins, DETECT_DEFAULTS, () => 0, [], withCohorts ? cohorts : null);
  const judge = () => {
    for (let edge = 59; edge < seconds; edge += 60) detector.run(edge);
  };
  for (const batch of batches) {
    for (const sick of batch) facts.sicken(sick);
    if (judgeEach) judge();
  }
  judge();
  return detector.incidents();
}

describe('a bug of a few clients under the usual rate of all', () => {
  const seconds = 4 * HOUR;
  const bug = sickAt(FEW, 0.05, 3 * HOUR, seconds, 77);

  it('is found in its cohort, and not without it', () => {
    expect(incidentsOf([usual(seconds, 1), bug], seconds, { withCohorts: false })).toEqual([]);
    const [found, ...more] = incidentsOf([usual(seconds, 1), bug], seconds);
    expect(more).toEqual([]);
    expect(found!.foundBy).toMatchObject([{ by: 'cohort', about: 'client app 5.2.0' }]);
    expect(found!.startedAt / 1_000 - 3 * HOUR).toBeGreaterThan(-30);
    expect(found!.startedAt / 1_000 - 3 * HOUR).toBeLessThan(60);
    expect(found!.detectedAt! / 1_000 - 3 * HOUR).toBeLessThan(300);
    expect(found!.endedIn).toBeNull();
  });

  it('ends a quarter of an hour after the cohort is back to what it was', () => {
    const short = sickAt(FEW, 0.05, 2 * HOUR, 2 * HOUR + 600, 77);
    const [found] = incidentsOf([usual(seconds, 1), short], seconds);
    expect(found!.endedIn! - (2 * HOUR + 600)).toBeGreaterThan(800);
    expect(found!.endedIn! - (2 * HOUR + 600)).toBeLessThan(1_500);
  });
});

describe('cohorts whose rates stay as they were', () => {
  it('open nothing in ten services, each for four hours', () => {
    const seconds = 4 * HOUR;
    const found = Array.from({ length: 10 }, (_, seed) => incidentsOf([usual(seconds, seed * 10)], seconds));
    expect(found.flat()).toEqual([]);
  });
});

describe('sick clients in any order', () => {
  it('give the same incidents to the byte, judged once or after each batch', () => {
    const seconds = 1_500;
    const all = [...usual(seconds, 5), ...sickAt(FEW, 0.1, 900, seconds, 6)];
    const asText = (incidents: readonly IncidentState[]) =>
      JSON.stringify(
        incidents.map(({ clients, vouchedFor, ...rest }) => ({ ...rest, clients: clients.size, of: vouchedFor.size })),
      );
    const inOrder = asText(incidentsOf([all], seconds));
    expect(inOrder).toContain('client app 5.2.0');
    const property = fc.property(fc.integer(), fc.boolean(), (seed, judgeEach) => {
      const random = randomFrom(seed);
      const shuffled = all
        .map(sick => ({ sick, key: random() }))
        .sort((one, other) => one.key - other.key)
        .map(({ sick }) => sick);
      const batches = Array.from({ length: 5 }, (_, index) => shuffled.filter((_sick, place) => place % 5 === index));
      expect(asText(incidentsOf(batches, seconds, { judgeEach }))).toBe(inOrder);
    });
    fc.assert(property, { numRuns: 12 });
  });
});
