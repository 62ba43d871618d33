import { closeSync, fsyncSync, openSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { StoreError } from '../store-error.ts';
import type { Database } from './database.ts';
import { unreadable } from './database-error.ts';
import { type Day, isDay } from './day.ts';
import type { CataloguedDay, DayCatalogue } from './day-catalogue.ts';
import {
  type ArchiveForm,
  allFilesOf,
  catalogOf,
  type DayForm,
  dayFileOf,
  dayOfFile,
  FORMS_BY_RANK,
} from './day-form.ts';
import { type DaySource, NO_PARTS, relationOf } from './day-relation.ts';
import { createDayTables, expectDayVersion, readDayFile } from './day-schema.ts';
import type { FileSession } from './file-session.ts';
import { DATABASE_FILE, DAYS_FOLDER } from './open-instance.ts';
import { readParquetDayFile } from './parquet-day.ts';
import type { ReadSession } from './session.ts';
import { writeArchive } from './write-archive.ts';

/** Of a file that is being made. It gets its own name when its tables are in it, so that a file with that name is always whole. */
const UNFINISHED = '.new';

/**
 * A file a day of receipt, `days/2026-11-25.duckdb`, each attached under the name of its day, and listed in the catalogue; closed ones may
 * have been rewritten as `.packed.duckdb` or `.parquet`.
 */
export class DayFiles {
  readonly #database: Database;
  readonly #catalogue: DayCatalogue;

  constructor(database: Database, catalogue: DayCatalogue) {
    this.#database = database;
    this.#catalogue = catalogue;
  }

  /** Attaches every day that is there; the last one is live if it is `today` or later. Throws StoreError with the file's name. */
  async open(today: Day): Promise<void> {
    const days = storedDays(this.#folder);
    for (const [day, stored] of days) {
      const form = stored === 'closed' && day === [...days.keys()].at(-1) && day >= today ? 'live' : stored;
      this.#removeOtherForms(day, stored);
      this.#catalogue.put(await this.#database.withFiles(files => this.#attach(files, day, form)));
    }
  }

  /**
   * Makes the file of a day, whose sequences count on from `lastSequence` at that time; it is live from then on. Does nothing where that day or a
   * later one is live.
   */
  async begin(day: Day, lastSequence: () => number): Promise<void> {
    await this.#database.withFiles(async files => {
      const { live } = this.#catalogue;
      if (live !== null && live.day >= day) return;
      await this.make(files, day, lastSequence());
      const begun = await this.#attach(files, day, 'live');
      this.#catalogue.closeLive();
      this.#catalogue.put(begun);
    });
  }

  /**
   * Makes the file of a day with its tables and what `fill` puts into them. It gets its name when it is whole and on the disk; one that has it
   * is replaced.
   */
  async make(
    files: FileSession,
    day: Day,
    lastSequence: number,
    fill: (catalog: string) => Promise<void> = async () => undefined,
  ): Promise<void> {
    const path = dayFileOf(this.#folder, day, 'live');
    const unfinished = path + UNFINISHED;
    for (const path of [unfinished, `${unfinished}.wal`]) rmSync(path, { force: true });
    const catalog = `${day}${UNFINISHED}`;
    try {
      await files.create(unfinished, catalog);
      await createDayTables(files, catalog, lastSequence);
      await fill(catalog);
    } catch (error) {
      await files.detach(catalog).catch(() => undefined);
      throw error;
    }
    await files.detach(catalog);
    renameSync(unfinished, path);
    syncFolder(this.#folder);
  }

  /**
   * Rewrites a closed day in another form, beside ingest and reads. The new file gets its name when it is whole and on the disk, reads
   * that begin from then on look into it, and the old one goes when the others are over: whenever it is cut short, one of both is whole.
   */
  async rewrite(stored: CataloguedDay, form: ArchiveForm): Promise<void> {
    const { day } = stored;
    await this.#database.aside(files => writeArchive(files, stored, form, this.#folder));
    syncFolder(this.#folder);
    const written = await this.#database.withFiles(files => this.#attach(files, day, form));
    if (written.rows !== stored.rows || written.lastSequence !== stored.lastSequence) {
      throw new Error(`expected ${stored.rows} rows in ${written.file}, got ${written.rows}`);
    }
    this.#catalogue.put(written);
    await this.#take(stored);
  }

  /** Takes a day away for good, once the reads that may look into it are over. */
  async remove(day: Day): Promise<void> {
    const stored = this.#catalogue.days.find(other => other.day === day)!;
    this.#catalogue.remove(day);
    await this.#take(stored);
  }

  async #take({ day, form }: CataloguedDay): Promise<void> {
    await this.#database.readsFinished();
    if (form !== 'parquet') await this.#database.withFiles(files => files.detach(catalogOf(day, form)));
    for (const path of allFilesOf(this.#folder, day, form)) rmSync(path, { force: true });
    syncFolder(this.#folder);
  }

  /** What is left of a rewriting that was cut short. */
  #removeOtherForms(day: Day, stored: DayForm): void {
    for (const form of FORMS_BY_RANK) {
      if (form === stored) continue;
      for (const path of allFilesOf(this.#folder, day, form)) rmSync(path, { force: true });
    }
  }

  /** True where a day's WAL has rows that its file has not. */
  hasWal(day: Day): boolean {
    return sizeOf(`${dayFileOf(this.#folder, day, 'closed')}.wal`) > 0;
  }

  /** Bytes of a day on the disk, its WAL included. */
  bytesOf({ day, form }: CataloguedDay): number {
    return bytesOf(allFilesOf(this.#folder, day, form));
  }

  /** Bytes of what is no day's, its WAL included. */
  get mainBytes(): number {
    const path = join(this.#database.folder, DATABASE_FILE);
    return bytesOf([path, `${path}.wal`]);
  }

  get #folder(): string {
    return join(this.#database.folder, DAYS_FOLDER);
  }

  async #attach(files: FileSession, day: Day, form: DayForm): Promise<CataloguedDay> {
    const file = dayFileOf(this.#folder, day, form);
    const catalog = catalogOf(day, form);
    try {
      if (form !== 'parquet') await files.attach(file, catalog);
      const { begunAfter } =
        form === 'parquet'
          ? expectDayVersion(await readParquetDayFile(files, file), file)
          : await readDayFile(files, catalog, file);
      return { day, form, file, begunAfter, ...(await readDayFacts(files, { day, form, file })) };
    } catch (cause) {
      throw cause instanceof StoreError ? cause : unreadable(file, cause as Error);
    }
  }
}

/** The days that have a file and the form of it that counts, the oldest first. */
function storedDays(folder: string): Map<Day, ArchiveForm | 'closed'> {
  const names = readdirSync(folder).sort();
  const days = new Map<Day, ArchiveForm | 'closed'>();
  for (const name of names) {
    const form = FORMS_BY_RANK.find(other => isDay(dayOfFile(name, other)));
    if (form === undefined) continue;
    const day = dayOfFile(name, form);
    const other = days.get(day);
    if (other === undefined || FORMS_BY_RANK.indexOf(form) < FORMS_BY_RANK.indexOf(other)) days.set(day, form);
  }
  return days;
}

function bytesOf(paths: readonly string[]): number {
  return paths.reduce((sum, path) => sum + sizeOf(path), 0);
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

/** Makes a new or a removed name last. */
function syncFolder(folder: string): void {
  const descriptor = openSync(folder, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

type DayFacts = Omit<CataloguedDay, 'day' | 'form' | 'file' | 'begunAfter'>;

/** What DuckDB knows of a day's table from its statistics: no row is read. */
export async function readDayFacts(session: ReadSession, day: DaySource): Promise<DayFacts> {
  const [facts] = await session.rows<DayFacts>(`SELECT count(*)::DOUBLE AS rows,
      coalesce(min(sequence), 0)::DOUBLE AS "firstSequence", coalesce(max(sequence), 0)::DOUBLE AS "lastSequence",
      epoch_us(min(time)) / 1000 AS earliest, epoch_us(max(time)) / 1000 AS latest
    FROM ${relationOf(day, NO_PARTS)}`);
  return facts!;
}
