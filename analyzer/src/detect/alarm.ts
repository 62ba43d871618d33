import type { VersionFinding } from '../deploy-test/version-test.ts';

/** Who can find an incident of payload bugs. */
type AlarmedBy = 'rate' | 'deploy_test' | 'cohort';

/** That a detector has enough evidence of payload bugs that are not usual. */
export interface Alarm {
  by: AlarmedBy;
  /** What it is about, where a detector has several cases: a version, a cohort. */
  about: string | null;
  /** Number of the bin in which the excess began, and the time of its first bug, epoch milliseconds. */
  since: number;
  firstAt: number;
  /** In units of what the detector's budget asks for: an alarm from 1 on. */
  evidence: number;
  /** What the test of a version says in numbers. */
  version: VersionFinding | null;
}

/** A detector beside the service's own: it opens the same incident, or adds to it. */
export interface AlarmSource {
  /**
   * What it says in a bin: a function of the bins up to it. Where it changes its mind about a bin, it has to set `dirtyFrom` of the service's bins back.
   */
  alarmsIn(bin: number): readonly Alarm[];
}
