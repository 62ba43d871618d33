/**
 * Items in order of their times, and of `isBefore` where those are equal, so that the order of arrival leaves no trace. What comes last
 * is put last without a search; anything else by bisection.
 */
export class TimeOrdered<Item> {
  /** Ascending, epoch milliseconds; -Infinity for what is older than its record. */
  readonly times: number[] = [];
  readonly items: Item[] = [];
  private readonly isBefore: (one: Item, other: Item) => boolean;
  private readonly isSame: (one: Item, other: Item) => boolean;

  /** `isSame` says which item of a time is meant where one is taken away or replaced. */
  constructor(
    isBefore: (one: Item, other: Item) => boolean,
    isSame: (one: Item, other: Item) => boolean = (one, other) => one === other,
  ) {
    this.isBefore = isBefore;
    this.isSame = isSame;
  }

  get length(): number {
    return this.times.length;
  }

  insert(time: number, item: Item): void {
    const { times, items } = this;
    let at = times.length;
    if (at > 0 && time < times[at - 1]!) at = this.firstAfter(time);
    while (at > 0 && times[at - 1] === time && this.isBefore(item, items[at - 1]!)) at -= 1;
    if (at === times.length) {
      times.push(time);
      items.push(item);
    } else {
      times.splice(at, 0, time);
      items.splice(at, 0, item);
    }
  }

  /** Takes one item away; nothing happens where it is not there. */
  remove(time: number, item: Item): void {
    const at = this.indexOf(time, item);
    if (at < 0) return;
    this.times.splice(at, 1);
    this.items.splice(at, 1);
  }

  replace(time: number, item: Item, by: Item): void {
    const at = this.indexOf(time, item);
    if (at >= 0) this.items[at] = by;
  }

  /** Index of the first one at `time` or later. */
  firstAt(time: number): number {
    return bisect(this.times, known => known < time);
  }

  /** Index of the first one later than `time`. */
  firstAfter(time: number): number {
    return bisect(this.times, known => known <= time);
  }

  forgetBefore(time: number): void {
    const gone = this.firstAt(time);
    if (gone === 0) return;
    this.times.splice(0, gone);
    this.items.splice(0, gone);
  }

  private indexOf(time: number, item: Item): number {
    for (let at = this.firstAt(time); at < this.times.length && this.times[at] === time; at += 1)
      if (this.isSame(this.items[at]!, item)) return at;
    return -1;
  }
}

/** How many of the ascending `times` fulfil what all that are smaller fulfil. */
function bisect(times: readonly number[], isLeft: (time: number) => boolean): number {
  let from = 0;
  let to = times.length;
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (isLeft(times[middle]!)) from = middle + 1;
    else to = middle;
  }
  return from;
}
