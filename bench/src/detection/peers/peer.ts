/** Takes the next bin (events that count, and all events of which they are a share) and returns the statistic; an alarm is a statistic above the threshold. */
export type PeerStep = (count: number, total: number) => number;

/** A detector to compare with. What it says of a bin does not depend on its threshold, so one run serves every threshold. */
export interface Peer {
  name: string;
  /** Paper, documentation or reference implementation. */
  source: string;
  /** Settings beside the threshold, as they are printed. */
  configuration: string;
  /** Seconds of the bins that it is given. */
  bin: number;
  /** As it is shipped or recommended, and what it means. */
  threshold: number;
  thresholdIs: string;
  /** Bins before its first statistic. */
  warmUp: number;
  start(): PeerStep;
}
