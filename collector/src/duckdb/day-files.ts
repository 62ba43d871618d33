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
  type StoredForm,
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

  /**
   * Attaches every day that is there; the last one is live if it is `today` or later. What was being made when the process ended is taken away: its
   * day may be gone. Throws StoreError with the file's name.
   */
  async open(today: Day): Promise<void> {
    for (const name of readdirSync(this.#folder)) {
      if (name.endsWith(UNFINISHED) || name.endsWith(`${UNFINISHED}.wal`)) rmSync(join(this.#folder, name));
    }
    for (const [day, forms] of storedDays(this.#folder)) {
      this.#catalogue.put(await this.#database.withFiles(files => this.#openDay(files, day, forms)));
    }
    const last = this.#catalogue.days.at(-1);
    if (last?.form === 'closed' && last.day >= today) this.#catalogue.put({ ...last, form: 'live' });
  }

  /**
   * A rewriting that was cut short leaves a day in two forms. The one with the most rows counts, of equals the furthest; what there is of others
   * goes only once that one has been read.
   */
  async #openDay(files: FileSession, day: Day, forms: readonly StoredForm[]): Promise<CataloguedDay> {
    const readable: CataloguedDay[] = [];
    let problem: unknown;
    for (const form of forms) {
      await this.#attach(files, day, form).then(
        stored => readable.push(stored),
        error => {
          problem ??= error;
        },
      );
    }
    const [best, ...others] = readable.sort((a, b) => b.rows - a.rows);
    if (best === undefined) throw problem;
    for (const { form } of others) if (form !== 'parquet') await files.detach(catalogOf(day, form));
    for (const form of FORMS_BY_RANK) if (form !== best.form) this.#unlink(day, form);
    return best;
  }

  /**
   * Makes the file of the day that is to begin now (epoch milliseconds), whose sequences count on from `lastSequence` at that time; it is live from
   * then on. Does nothing where another call has begun it.
   */
  async begin(now: number, lastSequence: () => number): Promise<void> {
    await this.#database.withFiles(async files => {
      const day = this.#catalogue.dayToBegin(now);
      if (day === null) return;
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
      await files.detach(catalog);
    } catch (error) {
      await files.detach(catalog).catch(() => undefined);
      throw error;
    }
    renameSync(unfinished, path);
    syncFolder(this.#folder);
  }

  /**
   * Rewrites a closed day in another form, beside ingest and reads. The new file gets its name when it is whole and on the disk, reads
   * that begin from then on look into it, and the old one goes when the others are over: whenever it is cut short, one of both is whole. A day
   * that is taken away meanwhile is gone in both. False where the new file would not have less than so many bytes: the old one stays.
   */
  async rewrite(stored: CataloguedDay, form: ArchiveForm, lessThan = Number.POSITIVE_INFINITY): Promise<boolean> {
    const { day } = stored;
    let isLess = true;
    try {
      await this.#database.aside(async files => {
        isLess = await writeArchive(files, stored, form, this.#folder, lessThan, () => this.#holds(stored));
      });
    } catch (error) {
      if (this.#holds(stored)) throw error;
      return true;
    }
    if (!isLess) return false;
    syncFolder(this.#folder);
    const written = await this.#database
      .withFiles(async files => (this.#holds(stored) ? this.#attach(files, day, form) : null))
      .catch(error => {
        this.#unlink(day, form);
        throw error;
      });
    if (written === null) return true;
    const isKept = this.#holds(stored);
    if (isKept) this.#catalogue.put(written);
    await this.#take(isKept ? stored : written);
    return true;
  }

  #holds(stored: CataloguedDay): boolean {
    return this.#catalogue.days.includes(stored);
  }

  /** Takes a day away for good, once the reads that may look into it are over. */
  async remove(day: Day): Promise<void> {
    const stored = this.#catalogue.days.find(other => other.day === day)!;
    this.#catalogue.remove(day);
    await this.#take(stored);
    // One that was being rewritten may have its new name already: left there, it would be back after a kill, without the day after it.
    for (const form of FORMS_BY_RANK) this.#unlink(day, form);
  }

  async #take({ day, form }: CataloguedDay): Promise<void> {
    await this.#database.readsFinished();
    if (form !== 'parquet') await this.#database.withFiles(files => files.detach(catalogOf(day, form)));
    this.#unlink(day, form);
    syncFolder(this.#folder);
  }

  #unlink(day: Day, form: DayForm): void {
    for (const path of allFilesOf(this.#folder, day, form)) rmSync(path, { force: true });
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
      await files.detach(catalog).catch(() => undefined);
      throw cause instanceof StoreError ? cause : unreadable(file, cause as Error);
    }
  }
}

/** The days that have files, the oldest first, and the forms of each, the furthest first. */
function storedDays(folder: string): Map<Day, StoredForm[]> {
  const names = readdirSync(folder).sort();
  const days = new Map<Day, StoredForm[]>();
  for (const form of FORMS_BY_RANK) {
    for (const day of names.map(name => dayOfFile(name, form)).filter(isDay))
      days.set(day, [...(days.get(day) ?? []), form]);
  }
  return new Map([...days].sort(([a], [b]) => (a < b ? -1 : 1)));
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
