import type { CataloguedDay } from './day-catalogue.ts';
import type { DayForm } from './day-form.ts';
import { catalogOf, gaugesFileOf } from './day-form.ts';
import { packedRelation, type RowParts } from './packed-day.ts';
import { parquetRelation } from './parquet-day.ts';
import { quoted } from './quoted.ts';

/** Where a day's rows are found. */
export type DaySource = Pick<CataloguedDay, 'day' | 'form' | 'file'>;

/** Whole rows. */
const ALL_PARTS: RowParts = { clientIds: true, links: true };
/** For readers that look at neither client ids nor what a row links to: these lie elsewhere in an archived day. */
export const NO_PARTS: RowParts = { clientIds: false, links: false };

/** The rows of a stored day, as a FROM clause names them. Their columns are those of `close_events`, whatever the day's form. */
export function relationOf({ day, form, file }: DaySource, parts = ALL_PARTS): string {
  const relations: Record<DayForm, () => string> = {
    live: () => `"${day}".close_events`,
    closed: () => `"${day}".close_events`,
    packed: () => packedRelation(catalogOf(day, form), parts),
    parquet: () => parquetRelation(file, parts.links),
  };
  return relations[form]();
}

/** The gauge samples of a stored day, with their `position` in it. */
export function gaugeRelationOf({ day, form, file }: DaySource): string {
  const [samples, position] =
    form === 'parquet'
      ? [`read_parquet(${quoted(gaugesFileOf(file))}, file_row_number = true)`, 'file_row_number']
      : [`"${catalogOf(day, form)}".gauge_samples`, 'rowid'];
  return `(SELECT service, service_version, instance, environment, role, time, received_at, connections, ${position} AS position
    FROM ${samples})`;
}

/** One SELECT over several days: `select` of each of them, one after the other. At least one day. */
export function unionOfDays(
  days: readonly DaySource[],
  select: (relation: string) => string,
  parts = ALL_PARTS,
): string {
  return days.map(day => select(relationOf(day, parts))).join('\nUNION ALL\n');
}
