import { proportionEstimate, textOfProportion } from '../proportion.ts';
import type { DeployOutcome } from './deploy-test.ts';

/** E-values that a harmless version reaches with one over these as its probability, if the promise holds. */
const LEVELS = [20, 100] as const;

export function reportOf(outcomes: readonly DeployOutcome[], seeds: string): string {
  const harmless = outcomes.filter(({ scenario }) => scenario.newVersion === 1);
  const harmful = outcomes.filter(({ scenario }) => scenario.newVersion > 1);
  const kinds = (of: readonly DeployOutcome[]) => [...new Set(of.map(({ kind }) => kind))].sort();
  const share = (of: readonly DeployOutcome[], holds: (one: DeployOutcome) => boolean) =>
    textOfProportion(proportionEstimate(of.filter(holds).length, of.length));
  const falseRow = (title: string, of: readonly DeployOutcome[]) => {
    const levels = LEVELS.map(level => share(of, ({ evidence }) => evidence >= level));
    return `| ${title} | ${of.length} | ${levels.join(' | ')} | ${share(of, one => one.testAfter !== null)} | ${share(of, one => one.detectorAfter !== null)} |`;
  };
  return [
    `${outcomes.length} simulated deploys (${seeds} seeds); shares with Wilson's 95 % intervals.`,
    '',
    `| harmless deploys | | evidence of ${LEVELS[0]} (at most 5 %) | of ${LEVELS[1]} (at most 1 %) | the test fires | detector A |`,
    '|---|---|---|---|---|---|',
    ...kinds(harmless).map(kind =>
      falseRow(
        kind,
        harmless.filter(one => one.kind === kind),
      ),
    ),
    falseRow('all', harmless),
    '',
    '| bad deploys | | the test finds | detector A finds | either | the test first | delay: test | detector A | either | sick clients by then |',
    '|---|---|---|---|---|---|---|---|---|---|',
    ...kinds(harmful).map(kind =>
      delayRow(
        kind,
        harmful.filter(one => one.kind === kind),
      ),
    ),
    delayRow('all', harmful),
    '',
    'Delays are medians in seconds from the deploy’s beginning, a miss being later than any; sick clients on the new version when the first of the two spoke.',
  ].join('\n');
}

function delayRow(title: string, of: readonly DeployOutcome[]): string {
  const never = Number.POSITIVE_INFINITY;
  const either = (one: DeployOutcome) => Math.min(one.testAfter ?? never, one.detectorAfter ?? never);
  const share = (holds: (one: DeployOutcome) => boolean) =>
    textOfProportion(proportionEstimate(of.filter(holds).length, of.length));
  const cells = [
    share(one => one.testAfter !== null),
    share(one => one.detectorAfter !== null),
    share(one => either(one) < never),
    share(one => (one.testAfter ?? never) < (one.detectorAfter ?? never)),
    medianOf(of.map(one => one.testAfter ?? never)),
    medianOf(of.map(one => one.detectorAfter ?? never)),
    medianOf(of.map(either)),
    medianOf(of.filter(one => either(one) < never).map(({ sickOnNew }) => sickOnNew)),
  ];
  return `| ${title} | ${of.length} | ${cells.join(' | ')} |`;
}

function medianOf(values: readonly number[]): string {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted[Math.floor(sorted.length / 2)];
  return middle === undefined ? '' : middle === Number.POSITIVE_INFINITY ? 'missed' : `${middle}`;
}
