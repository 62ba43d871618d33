const WHOLE = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** A count such as 12,431. */
export function countText(count: number): string {
  return WHOLE.format(count);
}

/** A count and its noun, such as "1 client" or "57 clients". */
export function countOf(count: number, noun: string): string {
  return `${countText(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** An expectation: whole from 10 on, two significant digits below, and never a 0 that is none. */
export function expectationText(value: number): string {
  if (value === 0) return '0';
  if (value < 0.01) return 'under 0.01';
  return value >= 10 ? countText(value) : String(Number(value.toPrecision(2)));
}

/** A share (0 to 1) in percent. Only all is "100 %": 0.9999 is "over 99.9 %". */
export function percentText(share: number): string {
  const percent = share * 100;
  if (percent > 99.9 && percent < 100) return 'over 99.9\u00a0%';
  if (percent > 0 && percent < 0.1) return 'under 0.1\u00a0%';
  return `${Number(percent.toFixed(1))}\u00a0%`;
}

/** Seconds such as "2.1 s". */
export function secondsText(seconds: number): string {
  return `${Number(seconds.toFixed(1))}\u00a0s`;
}

/** Beyond this a ratio says no more than that next to nothing was expected. */
const MOST_TIMES = 10_000;

/** A ratio such as "267×"; two digits below ten. */
export function timesText(ratio: number): string {
  if (ratio > MOST_TIMES) return `over ${countText(MOST_TIMES)}×`;
  return `${ratio >= 10 ? countText(ratio) : Number(ratio.toPrecision(2))}×`;
}
