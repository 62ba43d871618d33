import type { Exposure } from './exposure.ts';
import type { RateSettings } from './rate-settings.ts';
import { cloneWatch, freshWatch, type RateAlarm, type RateWatch, stepWatch } from './rate-watch.ts';

/** What a stream counted in one of its bins. */
export interface StreamCount {
  sick: Exposure;
  closes: number;
  /** Time of the first, epoch milliseconds; null without one. */
  firstAt: number | null;
}

/** The counts of one stream, as the facts keep them. */
export interface StreamSource {
  /** Number of the first bin in which anything came, as far back as bins are kept; null without one. */
  first(): number | null;
  count(bin: number): StreamCount;
}

/** What a stream could have come from: its service's exposure, by the number of the stream's bin. */
export interface StreamExposure {
  /** Of one bin, times the season's factor. */
  at(bin: number): Exposure;
  /** What its service had learnt from before a bin: all of it went by without anything in the stream. */
  before(bin: number): Exposure;
  /** Seconds since the service's first row. */
  ageAt(bin: number): number;
}

/** What one stream carries from bin to bin. */
interface StreamState {
  /** Number of the bin that comes next. */
  bin: number;
  watch: RateWatch;
  /** Alarms that are over for good. */
  past: readonly RateAlarm[];
}

/** Snapshots are this many bins apart. */
const SNAPSHOT_BINS = 6;
/** Past alarms remembered; older ones have long been handed on. */
const PAST_KEPT = 20;

/**
 * Detector A over one stream of counts beside a service's own: walks from bin to bin from the first in which anything came, and
 * walks again from the last snapshot before a bin that changed. The outcome is a function of the bins and the exposure alone.
 */
export class StreamDetector {
  private readonly source: StreamSource;
  private readonly exposure: StreamExposure;
  private readonly settings: RateSettings;
  /** How many bins back one may still change. */
  private readonly changeable: number;
  private readonly snapshots: StreamState[] = [];
  private first: number | null = null;
  private state: StreamState | null = null;

  constructor(source: StreamSource, exposure: StreamExposure, settings: RateSettings, changeable: number) {
    this.source = source;
    this.exposure = exposure;
    this.settings = settings;
    this.changeable = changeable;
  }

  /** Judges the bins up to number `edge`; those from number `changedFrom` on may have changed since the last time. */
  run(edge: number, changedFrom: number): void {
    const state = this.rewind(changedFrom, edge);
    if (!state) return;
    for (; state.bin <= edge; state.bin++) {
      if (state.bin % SNAPSHOT_BINS === 0) this.snapshots.push(cloneStream(state));
      this.step(state);
    }
    while (this.snapshots.length > 1 && this.snapshots[1]!.bin < edge - this.changeable) this.snapshots.shift();
  }

  /** The alarms so far, oldest first. */
  alarms(): readonly RateAlarm[] {
    if (!this.state) return [];
    const { past, watch } = this.state;
    return watch.alarm ? [...past, watch.alarm] : past;
  }

  private rewind(changedFrom: number, edge: number): StreamState | null {
    if (this.state && changedFrom >= this.state.bin) return this.state;
    if (this.first === null || changedFrom <= this.first) this.first = this.source.first();
    // What a service's exposure was by then is not known before its detector has come there.
    if (this.first === null || this.first > edge) {
      this.state = null;
      this.snapshots.length = 0;
      return null;
    }
    while (this.snapshots.length > 1 && this.snapshots.at(-1)!.bin > changedFrom) this.snapshots.pop();
    const snapshot = this.snapshots.pop();
    // Before any snapshot lies only the beginning of the stream, where a row that came later can still be the first.
    const usable = snapshot && (snapshot.bin <= changedFrom || snapshot.bin > this.first + this.changeable);
    if (!usable) this.snapshots.length = 0;
    this.state = usable
      ? snapshot
      : { bin: this.first, watch: freshWatch(this.settings, this.exposure.before(this.first)), past: [] };
    return this.state;
  }

  private step(state: StreamState): void {
    const { watch } = state;
    const { sick, closes, firstAt } = this.source.count(state.bin);
    const before = watch.alarm;
    const age = this.exposure.ageAt(state.bin);
    stepWatch(
      watch,
      { bin: state.bin, age, exposure: this.exposure.at(state.bin), sick, closes, firstAt },
      this.settings,
    );
    if (before && watch.alarm !== before) state.past = [...state.past, before].slice(-PAST_KEPT);
  }
}

function cloneStream({ bin, watch, past }: StreamState): StreamState {
  return { bin, watch: cloneWatch(watch), past };
}
