/** RFC 3339: a date and a time with its offset, or a date alone, which is its midnight in UTC. */
const RFC_3339 = /^(\d{4})-(\d\d)-(\d\d)(?:[Tt ](\d\d):(\d\d):(\d\d(?:\.\d+)?)([Zz]|[+-]\d\d:\d\d))?$/;
const SECONDS = /^-?\d+(\.\d+)?$/;

/**
 * Epoch seconds of a time in text: RFC 3339, or epoch seconds. Null where it is neither, or no such day or hour exists.
 *
 * @example timeFromText('2001-01-01T00:00:00Z') // 978307200
 */
export function timeFromText(text: string): number | null {
  if (SECONDS.test(text)) return Number(text);
  const parts = RFC_3339.exec(text);
  if (!parts) return null;
  const [, year, month, day, hour = '00', minute = '00', second = '00', offset = 'Z'] = parts;
  const date = Date.UTC(Number(year), Number(month) - 1, Number(day));
  // Date.UTC takes the 30th of February for the 2nd of March.
  if (new Date(date).getUTCDate() !== Number(day) || Number(month) > 12 || Number(month) < 1) return null;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) >= 61) return null;
  const [offsetHours, offsetMinutes] =
    offset.length === 1 ? [0, 0] : [Number(offset.slice(1, 3)), Number(offset.slice(4))];
  const offsetSeconds = (offset.startsWith('-') ? -1 : 1) * (offsetHours * 3_600 + offsetMinutes * 60);
  return date / 1_000 + Number(hour) * 3_600 + Number(minute) * 60 + Number(second) - offsetSeconds;
}
