import { randomFrom } from '../event.fixture.ts';
import { BIN } from '../facts/limits.ts';
import { ServiceBins } from '../facts/service-bins.ts';
import { negativeBinomial } from './counts.fixture.ts';
import { ServiceDetector } from './service-detector.ts';
import { DETECT_DEFAULTS } from './settings.ts';

/** A service from its first second on: connections that stay open, and new sick clients at a rate that may change. */
export interface SimulatedService {
  seed: number;
  connections: number;
  /** Seconds. */
  length: number;
  /** New sick clients a second, at a second of the service's life. */
  rate: (second: number) => number;
  /** Clients that fall sick beside these, exactly so many, at a second of its life. */
  extra?: (second: number) => number;
  /** Variance over mean of the counts; 1 is Poisson. */
  dispersion?: number;
}

/** The instance speaks once in so many seconds: often enough to count as alive. */
const WORD_EVERY = 60;

/** What detector A made of it. Seconds of the service's life. */
export interface SimulatedOutcome {
  detector: ServiceDetector;
  /** When the first verdict was there; null without one. */
  detectedAt: number | null;
  startedAt: number | null;
  pages: number;
}

/** Runs detector A over a simulated service; the same seed gives the same counts. */
export function simulate({
  seed,
  connections,
  length,
  rate,
  extra = () => 0,
  dispersion = 1,
}: SimulatedService): SimulatedOutcome {
  const random = randomFrom(seed);
  const bins = new ServiceBins();
  for (let index = 0; index < connections; index++) {
    const opened = random() * 1_000;
    bins.step(opened, 'pod', 1, 0);
    bins.step(opened + 10_000, 'pod', -1, 1);
  }
  let client = 0;
  for (let second = 0; second < length; second++) {
    if (second % WORD_EVERY === 0) bins.speak(second * BIN, 'pod', 1);
    const sick = negativeBinomial(random, rate(second), dispersion) + extra(second);
    if (sick === 0) continue;
    const bin = bins.changing(second * BIN)!;
    if (second < 10) bin.sickYoung += sick;
    else bin.sickOld += sick;
    for (let index = 0; index < sick; index++) {
      const id = `bug-${++client}`;
      const time = second * BIN + Math.floor(random() * BIN);
      bin.bugs.set(id, { id, client: id, time, weight: 1, trusted: true });
    }
  }
  const detector = new ServiceDetector(bins, DETECT_DEFAULTS, () => 0);
  detector.run(length - 1);
  const incidents = detector.incidents();
  const first = incidents[0];
  return {
    detector,
    detectedAt: first ? first.detectedAt! / 1_000 : null,
    startedAt: first ? first.startedAt / 1_000 : null,
    pages: incidents.filter(incident => incident.severity === 'page').length,
  };
}
