import { gaugeInterval } from './find-deaths.ts';
import type { ProcessLog } from './process-log.ts';
import type { ServiceProcesses } from './service-processes.ts';

/** When each process of a service was last heard of, by a row or by a sample of its gauge, until `now`. */
export class LastHeard {
  private readonly latest: ProcessLog | null = null;
  private readonly first: number = Number.NEGATIVE_INFINITY;
  /** The usual time between samples of the gauges of this service, the longest that a process has; null where none is known. Milliseconds. */
  readonly gaugeInterval: number | null = null;
  private readonly second: number = Number.NEGATIVE_INFINITY;

  constructor(processes: ServiceProcesses, now: number) {
    for (const log of processes.all()) {
      const at = Math.min(now, Math.max(log.lastSeenAt, log.gauge.times.at(-1) ?? Number.NEGATIVE_INFINITY));
      if (at > this.first) [this.latest, this.first, this.second] = [log, at, this.first];
      else if (at > this.second) this.second = at;
      const interval = gaugeInterval(log.gauge.times, log.gauge.length);
      if (interval !== null && interval > (this.gaugeInterval ?? 0)) this.gaugeInterval = interval;
    }
  }

  /** When any other process than this one was heard of last, epoch milliseconds; -Infinity where there is none. */
  otherThan(log: ProcessLog): number {
    return this.latest === log ? this.second : this.first;
  }
}
