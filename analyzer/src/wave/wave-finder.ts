import type { DeployMarker } from '@closewatch/collector';
import type { Wave, WaveSettings } from '../wave.ts';
import { CUT_REACH, type Cut, findCuts } from './find-cuts.ts';
import { DEATH_REACH, type DeathSearch, findDeaths } from './find-deaths.ts';
import { BURST, FATE_OPEN, findLosses, type Loss } from './find-losses.ts';
import { LastHeard } from './last-heard.ts';
import type { ProcessLog } from './process-log.ts';
import { recogniseWaves } from './recognise-waves.ts';
import type { ServiceClients } from './service-clients.ts';
import type { ServiceProcesses } from './service-processes.ts';

/** A start of a loss is tried once a second, and looks half a minute ahead. */
const LOOK_BACK = BURST + 1_000;

/** What one service's waves are found in. */
export interface WaveFacts {
  service: string;
  environment: string | null;
  processes: ServiceProcesses;
  clients: ServiceClients;
}

/**
 * Finds the waves of one service while its facts grow. What it says depends on the facts and on `now` alone: it looks again at
 * the seconds that have changed, and what it remembers is what it would find.
 */
export class WaveFinder {
  private readonly facts: WaveFacts;
  private readonly settings: WaveSettings;
  private readonly losses = new Map<ProcessLog, readonly Loss[]>();
  /** By process: those that it told nothing of. */
  private readonly deaths = new Map<ProcessLog, readonly Loss[]>();
  private cuts: Cut[] = [];
  private lookedAt = Number.NEGATIVE_INFINITY;

  constructor(facts: WaveFacts, settings: WaveSettings) {
    this.facts = facts;
    this.settings = settings;
  }

  /** The waves as known at `now` (epoch milliseconds), by their start. */
  waves(now: number, markers: readonly DeployMarker[]): Wave[] {
    let changedFrom = this.lookedAt;
    const heard = new LastHeard(this.facts.processes, now);
    for (const log of this.facts.processes.all()) changedFrom = Math.min(changedFrom, this.lookAgain(log, now, heard));
    this.lookForCuts(changedFrom, now);
    this.lookedAt = now;
    const losses = [...this.losses.values(), ...this.deaths.values()].flat();
    return recogniseWaves(losses, this.cuts, { ...this.facts, now, markers, settings: this.settings });
  }

  /** Forgets the losses that were over before `time`, epoch milliseconds. */
  forgetBefore(time: number): void {
    this.cuts = this.cuts.filter(cut => cut.lastCloseAt >= time);
    for (const remembered of [this.losses, this.deaths])
      for (const [log, losses] of remembered) {
        const kept = losses.filter(loss => loss.lastCloseAt >= time);
        if (kept.length === 0) remembered.delete(log);
        else remembered.set(log, kept);
      }
  }

  /** Returns from when on the log has changed since the last time. */
  private lookAgain(log: ProcessLog, now: number, heard: LastHeard): number {
    const changedFrom = log.takeChangedFrom();
    const from = Math.min(changedFrom, this.lookedAt);
    const { minCloses } = this.settings;
    const { gaugeInterval } = heard;
    const deaths = this.lookForDeaths(log, {
      from,
      now,
      minCloses,
      othersHeardAt: heard.otherThan(log),
      gaugeInterval,
    });
    if (changedFrom === Number.POSITIVE_INFINITY && log.lastSeenAt <= from) return changedFrom;
    const known = this.losses.get(log) ?? [];
    const kept = known.filter(loss => loss.lastCloseAt + FATE_OPEN < from);
    const again = Math.min(from - LOOK_BACK, known[kept.length]?.foundAt ?? Number.POSITIVE_INFINITY);
    const found = findLosses(log, kept, { from: again, now, minCloses, deaths });
    if (kept.length + found.length > 0) this.losses.set(log, [...kept, ...found]);
    else if (known.length > 0) this.losses.delete(log);
    return changedFrom;
  }

  /** The deaths of a process that it told nothing of; looked for where there are signs, or a gauge. */
  private lookForDeaths(log: ProcessLog, search: DeathSearch): readonly Loss[] {
    const known = this.deaths.get(log) ?? [];
    const hasNews = log.signs.length > 0 && log.signs.times.at(-1)! > search.from - DEATH_REACH;
    if (!hasNews && log.gauge.length === 0 && known.length === 0) return known;
    const kept = known.filter(loss => loss.halfGoneAt + DEATH_REACH < search.from);
    const again = Math.min(search.from - DEATH_REACH, known[kept.length]?.foundAt ?? Number.POSITIVE_INFINITY);
    const deaths = [...kept, ...findDeaths(log, kept, { ...search, from: again })];
    if (deaths.length > 0) this.deaths.set(log, deaths);
    else this.deaths.delete(log);
    return deaths;
  }

  private lookForCuts(changedFrom: number, now: number): void {
    const known = this.cuts;
    const kept = known.filter(cut => cut.lastCloseAt + CUT_REACH < changedFrom);
    const again = Math.min(changedFrom - CUT_REACH, known[kept.length]?.foundAt ?? Number.POSITIVE_INFINITY);
    this.cuts = [...kept, ...findCuts(this.facts.processes, kept, { from: again, now })];
  }
}
