import { parseArgs } from 'node:util';
import { VersionTests } from '../../../analyzer/src/deploy-test/version-tests.ts';
import { ServiceDetector } from '../../../analyzer/src/detect/service-detector.ts';
import { DETECT_DEFAULTS } from '../../../analyzer/src/detect/settings.ts';
import { BIN } from '../../../analyzer/src/facts/limits.ts';
import { ServiceFacts } from '../../../analyzer/src/facts/service-facts.ts';
import { randomFrom } from '../attribution/random.ts';
import { reportOf } from './report.ts';
import { harmfulScenario, harmlessScenario } from './scenarios.ts';
import { BEGIN, DEPLOYED, type DeployScenario, END, simulateService } from './service.ts';

const HELP = `npm run bench -- deploy-test [--deploys N] [--seeds tuning|test] [--json]

Simulated services through one deploy each, half an hour before whose end they are looked at: how often the test of versions blames a harmless one, and
how soon it and detector A find a bad one.
  --deploys N  deploys of each kind (default 500)
  --seeds S    tuning or test (default test)
  --json       one JSON object a deploy`;

const FIRST_SEED = { tuning: 1, test: 1_000_000 } as const;

/** What came of one deploy. Seconds are from the deploy's beginning. */
export interface DeployOutcome {
  seed: number;
  kind: string;
  scenario: DeployScenario;
  /** The largest e-value of any version test. */
  evidence: number;
  firesAt: number;
  /** Null where it did not speak. */
  testAfter: number | null;
  detectorAfter: number | null;
  /** Distinct clients sick on the new version when the first of the two spoke. */
  sickOnNew: number;
}

export function benchDeployTest(args: readonly string[]): void {
  const { values } = parseArgs({
    args: [...args],
    options: {
      deploys: { type: 'string', default: '500' },
      seeds: { type: 'string', default: 'test' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(HELP);
    return;
  }
  if (!/^[1-9]\d*$/.test(values.deploys))
    throw new RangeError(`expected --deploys to be a whole number from 1 on, got "${values.deploys}"`);
  if (values.seeds !== 'tuning' && values.seeds !== 'test')
    throw new RangeError(`expected --seeds to be tuning or test, got "${values.seeds}"`);
  const outcomes: DeployOutcome[] = [];
  for (let index = 0; index < Number(values.deploys); index++) {
    for (const draw of [harmlessScenario, harmfulScenario]) {
      const seed = FIRST_SEED[values.seeds] + index;
      const outcome = runDeploy(seed, draw);
      outcomes.push(outcome);
      if (values.json) console.log(JSON.stringify(outcome));
    }
  }
  if (!values.json) console.log(reportOf(outcomes, values.seeds));
}

function runDeploy(seed: number, draw: typeof harmlessScenario): DeployOutcome {
  const random = randomFrom(seed);
  const { kind, scenario } = draw(random);
  const connections = simulateService(scenario, random);
  const facts = new ServiceFacts('gateway', 'prod');
  for (const connection of connections) facts.replace(null, connection);
  const tests = new VersionTests(facts.arms, facts.bins, DETECT_DEFAULTS.budget.deploys);
  const detector = new ServiceDetector(facts.bins, DETECT_DEFAULTS, () => 0);
  const edge = BEGIN / BIN + END;
  tests.run(edge);
  detector.run(edge);
  const deployedAt = BEGIN / BIN + DEPLOYED;
  let testAfter: number | null = null;
  for (let bin = deployedAt; bin <= edge && testAfter === null; bin++)
    if (tests.alarmsIn(bin).length > 0) testAfter = bin + 1 - deployedAt;
  const incident = detector.incidents().find(({ alarmedIn }) => alarmedIn >= deployedAt);
  const detectorAfter = incident ? incident.alarmedIn + 1 - deployedAt : null;
  const until = BEGIN + (DEPLOYED + Math.min(testAfter ?? END, detectorAfter ?? END)) * 1_000;
  const sick = connections.filter(
    ({ connection }) => connection.payloadBug && connection.serviceVersion === '1.8.2' && connection.closedAt! < until,
  );
  const all = tests.tests();
  return {
    seed,
    kind,
    scenario,
    evidence: Math.max(1, ...all.map(({ evidence }) => evidence)),
    firesAt: all[0]?.firesAt ?? Number.POSITIVE_INFINITY,
    testAfter,
    detectorAfter,
    sickOnNew: new Set(sick.map(({ connection }) => connection.clientId)).size,
  };
}
