import { CohortDetectors } from '../../../analyzer/src/detect/cohort-detectors.ts';
import { ServiceDetector } from '../../../analyzer/src/detect/service-detector.ts';
import { DETECT_DEFAULTS } from '../../../analyzer/src/detect/settings.ts';
import { identityOf, SimulatedCohorts } from '../../../analyzer/src/detect/simulated-cohorts.fixture.ts';

const COHORTS = 9_990; // client versions; with the other dimensions' values that is all that is followed
const HOUR = 3_600;
/** Ticks that are measured, each after a minute in which nothing happens. */
const TICKS = 12;

/**
 * What one second's tick of a service costs in which every one of 10,000 cohorts has a new sick client, by the hours of history
 * before it. The first and the second such tick make what is kept of a cohort; by the third every cohort is in alarm, as is the service.
 */
export function benchCohorts(): void {
  console.log('| hours before | first tick | second | third | later, median | without cohorts, median |');
  console.log('|---|---|---|---|---|---|');
  for (const hours of [1, 6, 24]) {
    const [first, second, third, ...later] = measure(hours, true);
    const cells = [first!, second!, third!, medianOf(later), medianOf(measure(hours, false))];
    console.log(`| ${hours} | ${cells.map(value => value.toFixed(0)).join(' | ')} |`);
  }
  console.log(
    `\nmilliseconds of CPU on the main thread; ${COHORTS} cohorts, a new sick client each; \`npm run bench -- cohorts\``,
  );
}

function medianOf(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)]!;
}

function measure(hours: number, withCohorts: boolean): number[] {
  const start = hours * HOUR;
  const identities = Array.from({ length: COHORTS }, (_, index) => identityOf(`5.${index}`, 'eu-west-1'));
  const facts = new SimulatedCohorts(new Map(identities.map(identity => [identity, 3])), start + TICKS * 70);
  const cohorts = withCohorts ? new CohortDetectors(facts.cohorts, DETECT_DEFAULTS.budget.cohorts) : null;
  const detector = new ServiceDetector(facts.bins, DETECT_DEFAULTS, () => 0, [], cohorts);
  for (let edge = 59; edge < start; edge += 60) detector.run(edge);
  const times: number[] = [];
  for (let tick = 0, edge = start; tick < TICKS; tick++) {
    // The last second of the cohorts' bin, so that this tick takes it.
    edge += 69 - ((edge + 60) % 10);
    detector.run(edge - 1);
    for (const [index, identity] of identities.entries())
      facts.sicken({ second: edge + (index % 1_000) / 1_000, client: `${tick} ${index}`, identity });
    times.push(timed(() => detector.run(edge)));
    edge++;
  }
  return times;
}

/** CPU time of this thread: others may use the machine meanwhile. Milliseconds. */
function timed(run: () => void): number {
  const before = process.threadCpuUsage();
  run();
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1_000;
}
