import { BIN } from './limits.ts';

/** What changed in one second on one instance: connections that became young or old, and their share of that second. */
interface InstanceStep {
  young: number;
  old: number;
  /** Connection-milliseconds inside this bin that the steps add. Whole numbers, so that sums don't depend on their order. */
  youngTime: number;
  oldTime: number;
  /** Rows of the instance itself in this bin. */
  spoke: number;
}

/** One payload bug of a bin. */
export interface BinBug {
  id: string;
  client: string;
  /** Epoch milliseconds. */
  time: number;
  /** Closes that it stands for. */
  weight: number;
  trusted: boolean;
}

/** Everything that one second of one service holds. Sums of whole numbers and exact weights: the same in any order of arrival. */
export interface Bin {
  opens: number;
  closes: Map<number | null, number>;
  /** Closes whose opening was never seen. */
  orphans: number;
  /** Every payload bug by connection id, repeats of one client included. */
  bugs: Map<string, BinBug>;
  equivalents: number;
  /** New sick clients, by the age of the connection at the bug. */
  sickYoung: number;
  sickOld: number;
  steps: Map<string, InstanceStep>;
}

/** The one-second bins of one service and environment, and from where on they have changed since they were last looked at. */
export class ServiceBins {
  readonly bins = new Map<number, Bin>();
  /** Number of the earliest bin that changed; Infinity when none did. */
  dirtyFrom = Number.POSITIVE_INFINITY;
  /** Number of the first bin with a row in it. */
  firstSpoken = Number.POSITIVE_INFINITY;
  /** Number of the first bin with anything. */
  first = Number.POSITIVE_INFINITY;
  /** Bins below are no longer kept, and what falls into them is no longer counted. */
  private keptFrom = Number.NEGATIVE_INFINITY;

  /** The bin to change at a time (epoch milliseconds), marked as changed; null when it is no longer kept. */
  changing(time: number): Bin | null {
    const number = Math.floor(time / BIN);
    if (number < this.keptFrom) return null;
    if (number < this.dirtyFrom) this.dirtyFrom = number;
    if (number < this.first) this.first = number;
    let bin = this.bins.get(number);
    if (!bin) {
      bin = emptyBin();
      this.bins.set(number, bin);
    }
    return bin;
  }

  /** Changes the number of young and old connections of an instance from a time on. */
  step(time: number, instance: string, young: number, old: number): void {
    const bin = this.changing(time);
    if (!bin) return;
    const whole = Math.floor(time);
    const rest = (Math.floor(whole / BIN) + 1) * BIN - whole;
    const step = stepOf(bin, instance);
    step.young += young;
    step.old += old;
    step.youngTime += young * rest;
    step.oldTime += old * rest;
  }

  /** Counts a row of the instance itself, or takes it back. */
  speak(time: number, instance: string, sign: number): void {
    const bin = this.changing(time);
    if (!bin) return;
    stepOf(bin, instance).spoke += sign;
    this.firstSpoken = Math.min(this.firstSpoken, Math.floor(time / BIN));
  }

  /** Drops the bins below `number`. */
  forgetBefore(number: number): void {
    if (number <= this.keptFrom) return;
    this.keptFrom = number;
    for (const key of this.bins.keys()) if (key < number) this.bins.delete(key);
  }
}

function emptyBin(): Bin {
  return {
    opens: 0,
    closes: new Map(),
    orphans: 0,
    bugs: new Map(),
    equivalents: 0,
    sickYoung: 0,
    sickOld: 0,
    steps: new Map(),
  };
}

function stepOf(bin: Bin, instance: string): InstanceStep {
  let step = bin.steps.get(instance);
  if (!step) {
    step = { young: 0, old: 0, youngTime: 0, oldTime: 0, spoke: 0 };
    bin.steps.set(instance, step);
  }
  return step;
}
