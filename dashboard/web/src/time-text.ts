/** Which clock the page shows. */
export type Zone = 'utc' | 'local';

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** A time of day such as 10:00:14, of epoch milliseconds. */
export function clockText(
  at: number,
  zone: Zone,
  precision: 'minutes' | 'seconds' | 'milliseconds' = 'seconds',
): string {
  const date = new Date(at);
  const [hours, minutes, seconds, thousandths] =
    zone === 'utc'
      ? [date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds(), date.getUTCMilliseconds()]
      : [date.getHours(), date.getMinutes(), date.getSeconds(), date.getMilliseconds()];
  const clock = `${twoDigits(hours)}:${twoDigits(minutes)}`;
  if (precision === 'minutes') return clock;
  if (precision === 'seconds') return `${clock}:${twoDigits(seconds)}`;
  return `${clock}:${twoDigits(seconds)}.${String(thousandths).padStart(3, '0')}`;
}

/** A day such as 23 Nov. */
export function dayText(at: number, zone: Zone): string {
  const date = new Date(at);
  const [day, month] = zone === 'utc' ? [date.getUTCDate(), date.getUTCMonth()] : [date.getDate(), date.getMonth()];
  return `${day} ${MONTHS[month]}`;
}

/** The clock, with the day before it unless that is the day of `now`. */
export function dayAndClockText(at: number, now: number, zone: Zone): string {
  const day = dayText(at, zone);
  return day === dayText(now, zone) ? clockText(at, zone) : `${day}, ${clockText(at, zone)}`;
}

/** The name of the zone, as it follows a time. */
export function zoneText(zone: Zone): string {
  return zone === 'utc' ? 'UTC' : 'local time';
}

/** A duration in its two largest units, such as "5 min 56 s" or "2 h 5 min". */
export function durationText(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return joined(`${minutes} min`, seconds % 60, 's');
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return joined(`${hours} h`, minutes % 60, 'min');
  const days = Math.floor(hours / 24);
  return joined(days === 1 ? '1 day' : `${days} days`, hours % 24, 'h');
}

function joined(large: string, rest: number, unit: string): string {
  return rest === 0 ? large : `${large} ${rest} ${unit}`;
}

function twoDigits(number: number | undefined): string {
  return String(number).padStart(2, '0');
}
