import type { ProcessLog } from './process-log.ts';

/** While clients come back, their returns are counted at each look; afterwards every 5 s of event time, and every 30 s once they had their five minutes. */
const AT_EACH_LOOK = 60_000; // 1 min
const STEP = 5_000; // 5 s
const LATER = 5 * 60_000; // 5 min
const LATER_STEP = 30_000; // 30 s

/** The moment at which a wave's returns are counted by one who looks at `now`: a grid from its last close on. Epoch milliseconds. */
export function countedAt(lastCloseAt: number, now: number): number {
  const since = now - lastCloseAt;
  if (since <= AT_EACH_LOOK) return now;
  const step = since <= LATER ? STEP : LATER_STEP;
  return lastCloseAt + Math.floor(since / step) * step;
}

/** What a count rests on. */
export interface CountedFrom {
  /** The losses or cuts themselves: as long as they are the same objects, so are their closes. */
  parts: readonly unknown[];
  /** The processes that they are of, whose clients' returns count. */
  logs: readonly ProcessLog[];
  lastCloseAt: number;
  countedAt: number;
}

interface Counted<Value> extends CountedFrom {
  value: Value;
  returns: number;
  /** No fact until then may have changed. Epoch milliseconds. */
  until: number;
  /** The earliest fact that has. */
  changedFrom: number;
}

/** Counts of waves that stay as they are while nothing that they rest on changes: what a look costs does not depend on waves that are past. */
export class ClosesMemo<Value> {
  private readonly counted = new Map<string, Counted<Value>>();

  /** Facts have changed from then on, epoch milliseconds. */
  change(from: number): void {
    for (const one of this.counted.values()) one.changedFrom = Math.min(one.changedFrom, from);
  }

  /** The count of the wave of this key, made by `count` where it is not known. `isByOpens` says that it rests on all opens until it was counted. */
  of(key: string, from: CountedFrom, count: () => Value, isByOpens: (value: Value) => boolean): Value {
    const known = this.counted.get(key);
    if (known && isSame(known, from) && known.changedFrom > known.until) return known.value;
    const value = count();
    const until = isByOpens(value) ? from.countedAt : Math.min(from.countedAt, from.lastCloseAt + AT_EACH_LOOK);
    const changedFrom = Number.POSITIVE_INFINITY;
    this.counted.set(key, { ...from, value, returns: returnsOf(from.logs), until, changedFrom });
    return value;
  }

  /** Forgets waves whose last close lies before `time`. */
  forgetBefore(time: number): void {
    for (const [key, { lastCloseAt }] of this.counted) if (lastCloseAt < time) this.counted.delete(key);
  }
}

function isSame<Value>(known: Counted<Value>, from: CountedFrom): boolean {
  return (
    known.countedAt === from.countedAt &&
    known.lastCloseAt === from.lastCloseAt &&
    known.parts.length === from.parts.length &&
    known.parts.every((part, index) => part === from.parts[index]) &&
    known.returns === returnsOf(from.logs)
  );
}

function returnsOf(logs: readonly ProcessLog[]): number {
  return logs.reduce((sum, log) => sum + log.returns, 0);
}
