import { join } from 'node:path';
import type { StoredDay } from '../store-status.ts';
import type { Day } from './day.ts';

/** What a day is stored as. */
export type DayForm = StoredDay['form'];
/** Forms into which a closed day is rewritten, each further from the one that takes rows. */
export type ArchiveForm = Exclude<DayForm, 'live' | 'closed'>;

const SUFFIXES: Record<DayForm, string> = {
  live: '.duckdb',
  closed: '.duckdb',
  packed: '.packed.duckdb',
  parquet: '.parquet',
};
/** Of the file beside a Parquet one: it holds one table, and a day has two. */
const GAUGES_SUFFIX = '.gauges.parquet';

/** What a file's name tells: whether a day is live, it does not. */
export type StoredForm = Exclude<DayForm, 'live'>;
/** Forms from the one that counts most, where a day has whole files of several: the others were about to be taken away. */
export const FORMS_BY_RANK: readonly StoredForm[] = ['parquet', 'packed', 'closed'];

/** The file of a day in a form. */
export function dayFileOf(folder: string, day: Day, form: DayForm): string {
  return join(folder, day + SUFFIXES[form]);
}

/** The gauge samples beside a Parquet file. */
export function gaugesFileOf(parquetFile: string): string {
  return parquetFile.slice(0, -SUFFIXES.parquet.length) + GAUGES_SUFFIX;
}

/** Every file that a day in a form may have. */
export function allFilesOf(folder: string, day: Day, form: DayForm): string[] {
  const file = dayFileOf(folder, day, form);
  return form === 'parquet' ? [file, gaugesFileOf(file)] : [file, `${file}.wal`];
}

/** The name under which a day's file is attached; a Parquet file is not. */
export function catalogOf(day: Day, form: DayForm): string {
  return form === 'packed' ? `${day}.packed` : day;
}

/** The day whose file in a form has this name; the name itself, less the suffix, where it is no such file's. */
export function dayOfFile(name: string, form: DayForm): string {
  return name.endsWith(SUFFIXES[form]) ? name.slice(0, -SUFFIXES[form].length) : name;
}
