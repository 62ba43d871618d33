import type { Random } from '../attribution/random.ts';
import type { DeployScenario } from './service.ts';

/** What could be taken for a bad version, and is none. */
const CONFOUNDERS: Record<string, (random: Random) => Partial<DeployScenario>> = {
  'bugs of everybody': () => ({}),
  'clients that come back first have more bugs': random => ({ eagerClient: random.between(3, 20) }),
  'the region that is rolled last has more bugs': random => ({ lastRegion: random.between(3, 20), regions: 3 }),
  'everybody’s bugs rise inside the roll': random => ({ commonRise: random.between(3, 20) }),
  'bugs come in clumps of two': () => ({ clump: 2 }),
  'all of it at once': random => ({
    eagerClient: random.between(3, 10),
    lastRegion: random.between(3, 10),
    commonRise: random.between(3, 10),
    regions: 3,
  }),
};

/** A deploy that changes nothing, and what else goes on. */
export function harmlessScenario(random: Random): { kind: string; scenario: DeployScenario } {
  const kind = random.pick(Object.keys(CONFOUNDERS));
  return { kind, scenario: { ...drawScenario(random), ...CONFOUNDERS[kind]!(random) } };
}

/** A deploy of a version that has the bug more often, over bugs that everybody has or none. */
export function harmfulScenario(random: Random): { kind: string; scenario: DeployScenario } {
  const scenario = drawScenario(random);
  const newVersion = random.pick([3, 10, 100]);
  return { kind: `${newVersion} times the bugs, ${scenario.deploy}`, scenario: { ...scenario, newVersion } };
}

function drawScenario(random: Random): DeployScenario {
  const isFirst = random.chance(0.5);
  const deploy = random.chance(0.6) ? 'roll' : 'canary';
  return {
    clients: Math.round(random.logBetween(100, 1_000)),
    instances: 3 + random.below(8),
    regions: 1 + random.below(3),
    meanLife: random.logBetween(300, 3_600),
    deploy,
    pause: random.between(10, 120),
    leastConnections: deploy === 'roll' && random.chance(0.5),
    first: isFirst ? random.logBetween(0.001, 0.05) : 0,
    perSecond: isFirst ? 0 : random.logBetween(1e-6, 5e-5),
    eagerClient: 1,
    lastRegion: 1,
    commonRise: 1,
    clump: 1,
    newVersion: 1,
  };
}
