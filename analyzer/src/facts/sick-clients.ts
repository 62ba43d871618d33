import type { CohortProfile, Cohorts } from './cohorts.ts';
import { CLIENT_WINDOW } from './limits.ts';

/** One payload bug of a client, as its window knows it. */
interface WindowBug {
  id: string;
  /** Epoch milliseconds. */
  time: number;
  young: boolean;
  /** Numbers of its cohorts, where those are followed. */
  profile?: CohortProfile;
}

/** Where new sick clients are counted: the bin of a time, or null where it is no longer kept. */
interface SickBins {
  changing(time: number): { sickYoung: number; sickOld: number } | null;
}

/**
 * Counts a client once per ten minutes, at the earliest payload bug of its window. Windows tumble, so that the count is the
 * same in any order of arrival; their phase is a hash of the client, so that clients that stay sick don't all count again
 * at one moment.
 */
export class SickClients {
  private readonly windows = new Map<string, { until: number; bugs: WindowBug[] }>();
  private readonly bins: SickBins;

  private readonly cohorts: Cohorts | null;

  /** `cohorts` are told of each new sick client, too. */
  constructor(bins: SickBins, cohorts: Cohorts | null = null) {
    this.bins = bins;
    this.cohorts = cohorts;
  }

  add(client: string, bug: WindowBug): void {
    this.change(client, bug.time, bugs => {
      bugs.push(bug);
      bugs.sort((a, b) => a.time - b.time || (a.id < b.id ? -1 : 1));
    });
  }

  remove(client: string, bug: WindowBug): void {
    this.change(client, bug.time, bugs => {
      const index = bugs.findIndex(known => known.id === bug.id);
      if (index >= 0) bugs.splice(index, 1);
    });
  }

  /** Drops the windows that ended before `time` (epoch milliseconds); their counts stay. */
  forgetBefore(time: number): void {
    for (const [key, window] of this.windows) if (window.until < time) this.windows.delete(key);
  }

  private change(client: string, time: number, edit: (bugs: WindowBug[]) => void): void {
    const phase = phaseOf(client);
    const number = Math.floor((time + phase) / CLIENT_WINDOW);
    const key = `${number} ${client}`;
    let window = this.windows.get(key);
    if (!window) {
      window = { until: (number + 1) * CLIENT_WINDOW - phase, bugs: [] };
      this.windows.set(key, window);
    }
    const before = window.bugs[0];
    edit(window.bugs);
    const after = window.bugs[0];
    if (before === after) return;
    this.count(before, -1);
    this.count(after, 1);
  }

  private count(bug: WindowBug | undefined, sign: number): void {
    const bin = bug && this.bins.changing(bug.time);
    if (!bin) return;
    const { profile } = bug;
    if (this.cohorts && profile) this.cohorts.countSick({ ...bug, profile }, sign);
    if (bug.young) bin.sickYoung += sign;
    else bin.sickOld += sign;
  }
}

/** FNV-1a over UTF-16 units, reduced to the window: any spread will do, as long as it is the same everywhere. */
function phaseOf(client: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < client.length; i++) hash = Math.imul(hash ^ client.charCodeAt(i), 0x01000193);
  return (hash >>> 0) % CLIENT_WINDOW;
}
