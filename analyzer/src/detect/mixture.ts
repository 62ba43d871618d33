import { negativeBinomialLogRatio } from '../statistics/negative-binomial-log-ratio.ts';

/** The sizes of change that are looked for at once, as ratios to the null mean. */
const RATIOS = [1.5, 2, 3, 5, 8, 15, 30, 100, 300, 1e3, 1e4, 1e5, 1e6] as const;
/**
 * Where a change may show: on all connections, or on those that have just opened. A client that is wrong by design shows
 * in its first messages, and against those alone it stands out much sooner than against everything.
 */
const SCOPES = ['all', 'young'] as const;
type Scope = (typeof SCOPES)[number];
const CHANGES = SCOPES.flatMap(scope => RATIOS.map(ratio => ({ scope, ratio })));
const WEIGHT = 1 / CHANGES.length;
const YEAR = 365.25 * 86_400; // seconds
/**
 * A change in a service's first hour is likelier than in any other, and its baseline says least: so many false alarms may
 * be spent on that hour, on top of the yearly budget. The promise stays: the sum of the priors bounds the false alarms.
 */
const FIRST_HOUR_FALSE_ALARMS = 0.02;
const HOUR = 3_600; // seconds
/** Evidence beyond this changes nothing any more; it keeps the sums finite. */
const MOST_EVIDENCE = 1e15;

/** The statistics of one size and scope of change. */
export interface MixtureComponent {
  /** The Shiryaev-Roberts statistic. */
  evidence: number;
  /** Log likelihood ratio since the likeliest change: Page's CUSUM. */
  cusum: number;
  /** Number of the bin of that change. */
  since: number;
  /** Time of the first payload bug since then, epoch milliseconds; null before one. */
  firstBugAt: number | null;
  /** Payload-bug closes since then, and what the baseline expected of them. */
  closes: number;
  expected: number;
}

/** What one bin says. */
export interface MixtureInput {
  bin: number;
  /** Seconds since the service's first row. */
  age: number;
  /** New sick clients, and the mean of the null, by scope. */
  sick: Record<Scope, number>;
  mean: Record<Scope, number>;
  dispersion: number;
  firstBugAt: number | null;
  closes: number;
  expected: number;
}

export function freshMixture(bin: number): MixtureComponent[] {
  return CHANGES.map(() => ({ evidence: 0, cusum: 0, since: bin, firstBugAt: null, closes: 0, expected: 0 }));
}

/**
 * One bin of the Shiryaev-Roberts mixture over changes: R <- (R + weight * dt) * LR, with dt in units of one false alarm's
 * time, so that under the null the expected time to an alarm (the sum reaching 1) is at least that unit.
 * Shin, Ramdas, Rinaldo, "E-detectors", https://arxiv.org/abs/2203.03532. Changes `mixture`; returns the sum.
 */
export function updateMixture(mixture: MixtureComponent[], input: MixtureInput, falseAlarmsPerYear: number): number {
  const firstHour = input.age < HOUR ? FIRST_HOUR_FALSE_ALARMS / HOUR : 0;
  const prior = WEIGHT * (falseAlarmsPerYear / YEAR + firstHour);
  let sum = 0;
  for (const [index, component] of mixture.entries()) {
    const { scope, ratio } = CHANGES[index]!;
    const mean = input.mean[scope];
    const logRatio = mean > 0 ? negativeBinomialLogRatio(input.sick[scope], mean, ratio, input.dispersion) : 0;
    component.evidence = Math.min((component.evidence + prior) * Math.exp(logRatio), MOST_EVIDENCE);
    sum += component.evidence;
    updateChange(component, input, logRatio);
  }
  return sum;
}

/** The change of a ratio is likeliest where its CUSUM last left zero. */
function updateChange(component: MixtureComponent, input: MixtureInput, logRatio: number): void {
  if (component.cusum <= 0) {
    component.cusum = 0;
    component.since = input.bin;
    component.firstBugAt = null;
    component.closes = 0;
    component.expected = 0;
  }
  component.cusum += logRatio;
  component.firstBugAt ??= input.firstBugAt;
  component.closes += input.closes;
  component.expected += input.expected;
}

/** The likeliest change: its size, scope and start together make what was seen most probable. */
export function likeliest(mixture: readonly MixtureComponent[]): MixtureComponent {
  return mixture.reduce((best, component) => (component.cusum > best.cusum ? component : best));
}
