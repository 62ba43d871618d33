import type { RangeMinutes } from './range.ts';
import type { TimeWindow } from './series-window.ts';

/** A mark on the time axis, epoch milliseconds; not every mark has a label. */
export interface TimeTick {
  at: number;
  labelled: boolean;
}

/** Seconds between marks and between labels: about seven labels on a wide page, three on a phone. */
const TICKS: Record<RangeMinutes, { wide: [number, number]; phone: [number, number] }> = {
  5: { wide: [30, 60], phone: [60, 120] },
  15: { wide: [60, 120], phone: [300, 300] },
  60: { wide: [300, 600], phone: [600, 1200] },
};

/** The marks of the time axis, at round times. */
export function timeTicks(window: TimeWindow, range: RangeMinutes, isPhone: boolean): TimeTick[] {
  const [mark, label] = TICKS[range][isPhone ? 'phone' : 'wide'];
  const ticks: TimeTick[] = [];
  for (let at = Math.ceil(window.from / (mark * 1000)) * mark * 1000; at <= window.to; at += mark * 1000) {
    ticks.push({ at, labelled: at % (label * 1000) === 0 });
  }
  return ticks;
}

/** Tops whose half is a whole number too, so that the scale's middle has an honest label. */
const TOPS = [2, 4, 6, 8, 10, 14];

/** The top of a scale of counts: the smallest round, even number that is no less than `most` and `least`. */
export function scaleTop(most: number, least: number): number {
  const wanted = Math.max(most, least, 2);
  for (let power = 1; ; power *= 10) {
    const top = TOPS.map(step => step * power).find(candidate => candidate >= wanted);
    if (top !== undefined) return top;
  }
}
