import type { CataloguedDay } from './day-catalogue.ts';

/** Tables of a day. */
export type DayTable = 'close_events' | 'gauge_samples';

/** A table of a stored day, as a FROM clause names it. Its columns are those of the table, whatever the day's form. */
export function relationOf({ day }: Pick<CataloguedDay, 'day' | 'form'>, table: DayTable = 'close_events'): string {
  return `"${day}".${table}`;
}

/** One SELECT over several days: `select` of each of them, one after the other. At least one day. */
export function unionOfDays(days: readonly CataloguedDay[], select: (relation: string) => string): string {
  return days.map(day => select(relationOf(day))).join('\nUNION ALL\n');
}
