import type { DeployMarker } from '@closewatch/collector';
import type { Wave, WaveSettings } from '../wave.ts';
import { ClosesMemo } from './closes-memo.ts';
import type { ClosesOfWave } from './closes-of-wave.ts';
import { CUT_REACH, type Cut, findCuts } from './find-cuts.ts';
import { DEATH_REACH, type DeathSearch, findDeaths } from './find-deaths.ts';
import { BURST, FATE_OPEN, findLosses, type Loss } from './find-losses.ts';
import { LastHeard } from './last-heard.ts';
import type { LivingCut } from './living-cuts.ts';
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
  private readonly memo = new ClosesMemo<ClosesOfWave>();
  private readonly cutMemo = new ClosesMemo<LivingCut | null>();
  private lookedAt = Number.NEGATIVE_INFINITY;

  constructor(facts: WaveFacts, settings: WaveSettings) {
    this.facts = facts;
    this.settings = settings;
  }

  /** The waves as known at `now` (epoch milliseconds), by their start. */
  waves(now: number, markers: readonly DeployMarker[]): Wave[] {
    let changedFrom = Number.POSITIVE_INFINITY;
    const heard = new LastHeard(this.facts.processes, now);
    for (const log of this.facts.processes.all()) changedFrom = Math.min(changedFrom, this.lookAgain(log, now, heard));
    // What lay in the future at the last look is news, too.
    const newsFrom = Math.min(changedFrom, this.lookedAt);
    this.lookForCuts(newsFrom, now);
    this.memo.change(newsFrom);
    this.cutMemo.change(newsFrom);
    this.lookedAt = now;
    const losses = [...this.losses.values(), ...this.deaths.values()].flat();
    return recogniseWaves(losses, this.cuts, {
      ...this.facts,
      now,
      markers,
      settings: this.settings,
      memo: this.memo,
      cutMemo: this.cutMemo,
    });
  }

  /** Forgets the losses that were over before `time`, epoch milliseconds. */
  forgetBefore(time: number): void {
    this.cuts = this.cuts.filter(cut => cut.lastCloseAt >= time);
    this.memo.forgetBefore(time);
    this.cutMemo.forgetBefore(time);
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
    const found = findLosses(log, kept, { from: again, now, minCloses, deaths }).map(loss => asBefore(loss, known));
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
    const found = findDeaths(log, kept, { ...search, from: again });
    const deaths = [...kept, ...found.map(loss => asBefore(loss, known))];
    if (deaths.length > 0) this.deaths.set(log, deaths);
    else this.deaths.delete(log);
    return deaths;
  }

  private lookForCuts(changedFrom: number, now: number): void {
    const known = this.cuts;
    const kept = known.filter(cut => cut.lastCloseAt + CUT_REACH < changedFrom);
    const again = Math.min(changedFrom - CUT_REACH, known[kept.length]?.foundAt ?? Number.POSITIVE_INFINITY);
    const found = findCuts(this.facts.processes, kept, { from: again, now });
    this.cuts = [...kept, ...found.map(cut => asBefore(cut, known))];
  }
}

/** The same object as before where nothing about it has changed, so that what was made of it is known to hold. */
function asBefore<Found extends Loss | Cut>(found: Found, known: readonly Found[]): Found {
  return known.find(one => isEqual(one, found)) ?? found;
}

function isEqual<Found extends Loss | Cut>(one: Found, other: Found): boolean {
  if (one.foundAt !== other.foundAt || one.closes.length !== other.closes.length) return false;
  for (const key of Object.keys(one) as (keyof Found)[]) if (key !== 'closes' && one[key] !== other[key]) return false;
  return one.closes.every((counted, index) => counted === other.closes[index]);
}
