import type { DeployMarker } from '@closewatch/collector';
import { CLOSED_KEPT, LATE_AFTER } from '../facts/limits.ts';
import type { ServiceFacts } from '../facts/service-facts.ts';
import { WATCHED } from '../reconnect/find-failure.ts';
import { NEVER_BACK } from '../reconnect/reconnect-health.ts';
import { withUsualPeak } from '../reconnect/usual-peak.ts';
import { WaveFinder } from '../wave/wave-finder.ts';
import type { Wave, WaveSettings } from '../wave.ts';

/** After so long nothing that may still arrive changes a wave: its clients had their five minutes, and the rows theirs. */
const WAVE_SETTLES = NEVER_BACK * 1_000 + LATE_AFTER;
/** And so long where clients did not come back: they are watched for longer. */
const FAILURE_SETTLES = WATCHED + LATE_AFTER;
/** Settled waves remembered of a service, for what bugs are told beside; older ones go first. */
const WAVES_KEPT = 100;
/** A wave reads its instances' connections from this long before it. Milliseconds. */
const BEFORE_WAVE = 5 * 60_000;

/** The waves of one service: those that facts can still change are recognised anew, the others remembered. */
export class KnownWaves {
  /** Those that facts could still change before the last moment, by their start; some may have settled at it. */
  current: readonly Wave[] = [];
  readonly settled: Wave[] = [];
  private readonly facts: ServiceFacts;
  private readonly finder: WaveFinder;
  private madeAt = { revision: -1, now: -1, markers: '' };

  constructor(facts: ServiceFacts, settings: WaveSettings) {
    this.facts = facts;
    this.finder = new WaveFinder(facts, settings);
  }

  /** Recognises the waves as of `now` (epoch milliseconds), by their start. */
  recognise(now: number, markers: readonly DeployMarker[]): void {
    this.current = this.current.filter(wave => !isSettled(wave, this.madeAt.now));
    const made = { revision: this.facts.revision, now, markers: JSON.stringify(markers) };
    const isSame = made.revision === this.madeAt.revision && made.markers === this.madeAt.markers;
    if (isSame && now === this.madeAt.now) return;
    this.madeAt = made;
    const found = this.finder.waves(now, markers).filter(wave => !this.isRemembered(wave));
    this.current = found.map(wave => withUsualPeak(wave, this.facts.bins));
    // The clients of a failure need not stay in memory once it is told for good.
    this.settled.push(...this.current.flatMap(wave => (isSettled(wave, now) ? [{ ...wave, failure: null }] : [])));
    this.settled.splice(0, Math.max(0, this.settled.length - WAVES_KEPT));
    this.finder.forgetBefore(Math.min(now - CLOSED_KEPT, this.neededFrom()));
  }

  /** Those of `current` that are not settled at the last moment, and those that are, as far back as they are remembered. */
  all(): readonly Wave[] {
    return [...this.settled, ...this.current.filter(wave => !isSettled(wave, this.madeAt.now))];
  }

  /** Epoch milliseconds from which on connections are still read, however long ago. */
  neededFrom(): number {
    const open = this.current.filter(wave => !isSettled(wave, this.madeAt.now));
    return open.reduce((earliest, wave) => Math.min(earliest, wave.startedAt - BEFORE_WAVE), Number.POSITIVE_INFINITY);
  }

  /** True for what is still in memory of a settled wave: the same instance that went at the same time. */
  private isRemembered({ instances }: Wave): boolean {
    const { instance, version, startedAt } = instances.at(-1)!;
    return this.settled.some(old =>
      old.instances.some(one => one.instance === instance && one.version === version && one.startedAt === startedAt),
    );
  }
}

/** Whether nothing that may still arrive changes a wave at `now`, epoch milliseconds. */
export function isSettled({ endedAt, failure }: Wave, now: number): boolean {
  return endedAt !== null && now > endedAt + (failure === null ? WAVE_SETTLES : FAILURE_SETTLES);
}
