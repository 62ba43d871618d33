import type { DeployMarker } from '@closewatch/collector';
import type { CodeDetectors } from '../detect/code-detectors.ts';
import type { ServiceDetector } from '../detect/service-detector.ts';
import type { ServiceFacts } from '../facts/service-facts.ts';
import type { Verdict } from '../verdict.ts';
import type { Wave } from '../wave.ts';
import type { Deploy } from './deploys.ts';

/** What one kind of verdict is made from: all that is known of one service in one environment at a moment. */
export interface ServiceMoment {
  facts: ServiceFacts;
  detector: ServiceDetector;
  codes: CodeDetectors;
  /** Event time, epoch milliseconds; the detectors have been carried there. */
  now: number;
  /** The markers that are about this service. */
  markers: readonly DeployMarker[];
  /** Time from which on connections have changed since the moment before, epoch milliseconds; Infinity where none has. */
  changedFrom: number;
  /** Number of the earliest bin that has changed since the moment before; Infinity where none has. */
  binsChangedFrom: number;
  /** The waves that facts can still change, by their start. */
  waves: readonly Wave[];
  /** Those, and those that are settled, as far back as they are remembered. */
  rememberedWaves: readonly Wave[];
  /** All deploys that are remembered, by their start. */
  deploys: readonly Deploy[];
  /** Whether the verdict of this key is final: it need not be made again. */
  isFinal(key: string): boolean;
}

/** One verdict of a source. */
export interface Said {
  /** The same at each moment for the same case, and no other's: the source's name and what tells its cases apart. */
  key: string;
  verdict: Verdict;
  /** Nothing that may still come changes it: it is kept as it is, and the source is never asked for it again. */
  isFinal: boolean;
}

/** Where verdicts come from: one a kind or family, and one instance of it a service and environment. */
export interface VerdictSource {
  /**
   * What is said at a moment. A function of the facts and of `now` alone: what a source remembers may spare it work, and
   * changes nothing that it says.
   */
  say(moment: ServiceMoment): Said[];
  /** Epoch milliseconds from which on it still reads connections, however long ago; Infinity where it needs none. */
  neededFrom?(): number;
}
