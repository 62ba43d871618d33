const WHOLE = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const ONE_DECIMAL = new Intl.NumberFormat('en-US', { maximumFractionDigits: 1 });
const TWO_DIGITS = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 2 });

/** A count or a quantity in words: `12,431`; one decimal below ten, `0.8`; two digits below a tenth, `0.04`. */
export function number(value: number): string {
  if (Number.isInteger(value) || value >= 10) return WHOLE.format(value);
  return (value < 0.1 ? TWO_DIGITS : ONE_DECIMAL).format(value);
}

/** A count with its noun: `1 client`, `57 clients`. */
export function counted(value: number, noun: string, plural = `${noun}s`): string {
  return `${number(value)} ${value === 1 ? noun : plural}`;
}

/**
 * A share (0 to 1) in percent: `76 %`, with a decimal where it matters, below 10 and above 99: `0.3 %`, `99.7 %`. What is
 * not all is never rounded to 100, nor what is not nothing to 0.
 */
export function percent(share: number): string {
  const value = share * 100;
  if (value > 0 && value < 0.1) return 'under 0.1 %';
  if (value < 100 && value > 99.9) return 'over 99.9 %';
  return `${value < 10 || value > 99 ? ONE_DECIMAL.format(value) : WHOLE.format(value)} %`;
}

/** A length of time: `14 s`, `2.1 s`, `5 min 56 s`, `6 min`, `2 h 5 min`. */
export function duration(seconds: number): string {
  if (seconds < 10) return `${ONE_DECIMAL.format(seconds)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return twoUnits(Math.floor(whole / 60), 'min', whole % 60, 's');
  return twoUnits(Math.floor(whole / 3600), 'h', Math.floor((whole % 3600) / 60), 'min');
}

function twoUnits(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}
