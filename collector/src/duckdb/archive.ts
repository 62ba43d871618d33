import type { StoredDay } from '../store-status.ts';
import { dayOf } from './day.ts';
import type { ArchiveForm } from './day-form.ts';

const DAY_MS = 86_400_000;

/** When closed days are rewritten. What is left out never is. */
export interface Archive {
  /** Whole days before today from which on a day is packed, which takes a fifth less space and finds a client's story without a scan. */
  packAfterDays?: number;
  /** A day is packed where that leaves less than this part of its bytes, and stays as it is where not; 1 where it is left out. */
  packedShare?: number;
  /** Whole days before today from which on a day is a Parquet file, smaller still and readable by any tool, and slower to search for one connection or client. */
  parquetAfterDays?: number;
}

/** The form that a day should have by now; null where it has it, or one that is further. `now` is epoch milliseconds. */
export function dueForm(
  { day, form }: Pick<StoredDay, 'day' | 'form'>,
  archive: Archive,
  now: number,
): ArchiveForm | null {
  if (form === 'live' || form === 'parquet') return null;
  const age = (Date.parse(dayOf(now)) - Date.parse(day)) / DAY_MS;
  if (age >= (archive.parquetAfterDays ?? Number.POSITIVE_INFINITY)) return 'parquet';
  return form === 'closed' && age >= (archive.packAfterDays ?? Number.POSITIVE_INFINITY) ? 'packed' : null;
}
