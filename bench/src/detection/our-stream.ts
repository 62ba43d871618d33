import {
  cloneWatch,
  freshWatch,
  passWatch,
  type RateOutcome,
  type RateSettings,
  type RateWatch,
  stepWatch,
} from '@closewatch/analyzer';
import type { CountSampler } from './simulation/count-sampler.ts';
import type { Random } from './simulation/random.ts';

/** Distinct clients from which on an alarm pages. */
const PAGES_FROM = 3;

/** Our detector on one stream of counts in bins of a second, each count a client of its own; its exposure does not change. */
export class OurStream {
  readonly settings: RateSettings;
  watch: RateWatch;
  bin: number;
  private readonly born: number;
  private readonly exposure: { young: number; old: number };

  /** @param connections open ones; the stream has no class of young connections where the settings give it no share */
  constructor(settings: RateSettings, connections: number, bornIn: number) {
    this.settings = settings;
    // Connections live half an hour, so this share of them is younger than ten seconds.
    const young = settings.youngShare > 0 ? connections / YOUNG_PART : 0;
    this.exposure = { young, old: connections - young };
    this.watch = freshWatch(settings);
    this.born = bornIn;
    this.bin = bornIn;
  }

  clone(): OurStream {
    const copy = new OurStream(this.settings, this.exposure.young + this.exposure.old, this.born);
    copy.watch = cloneWatch(this.watch);
    copy.bin = this.bin;
    return copy;
  }

  /** Goes on for so many bins, and says of each alarm that pages when it does: its bin, from the first one of these. */
  run(counts: CountSampler, bins: number, random: Random, onPage: (bin: number) => void): void {
    const first = this.bin;
    const end = first + bins;
    let paged = this.hasPaged();
    while (this.bin < end) {
      this.pass(Math.min(counts.drawGap(random), end - this.bin));
      if (this.bin < end) this.step(counts.drawSome(random), random);
      const pages = this.hasPaged();
      if (pages && !paged) onPage(this.bin - 1 - first);
      paged = pages;
    }
  }

  /** Bins until it pages, and what came in them; null where it has not after so many. */
  untilPage(
    counts: CountSampler,
    most: number,
    random: Random,
  ): { bins: number; events: number; evidence: number } | null {
    const first = this.bin;
    let events = 0;
    while (this.bin - first < most) {
      this.pass(Math.min(counts.drawGap(random), most - (this.bin - first)));
      if (this.bin - first >= most) break;
      const count = counts.drawSome(random);
      const { evidence } = this.step(count, random);
      events += count;
      if (this.hasPaged()) return { bins: this.bin - first, events, evidence };
    }
    return null;
  }

  private hasPaged(): boolean {
    const { alarm } = this.watch;
    return alarm !== null && alarm.endedIn === null && alarm.sick >= PAGES_FROM;
  }

  private step(count: number, random: Random): RateOutcome {
    const { young, old } = this.exposure;
    let sickYoung = 0;
    if (young > 0) for (let one = 0; one < count; one++) if (random() * (young + old) < young) sickYoung++;
    const outcome = stepWatch(this.watch, this.binOf(sickYoung, count - sickYoung), this.settings);
    this.bin++;
    return outcome;
  }

  private pass(bins: number): void {
    if (bins <= 0) return;
    passWatch(this.watch, this.binOf(0, 0), bins, this.settings);
    this.bin += bins;
  }

  private binOf(young: number, old: number) {
    const { binSeconds } = this.settings;
    return {
      bin: this.bin,
      age: (this.bin - this.born) * binSeconds,
      exposure: { young: this.exposure.young * binSeconds, old: this.exposure.old * binSeconds },
      sick: { young, old },
      closes: young + old,
      firstAt: young + old > 0 ? this.bin * binSeconds * 1_000 : null,
    };
  }
}

/** Half an hour over ten seconds. */
const YOUNG_PART = 180;
