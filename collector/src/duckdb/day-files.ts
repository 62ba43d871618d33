import { closeSync, fsyncSync, openSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DATABASE_FILE, DAYS_FOLDER, type Database, unreadable } from './database.ts';
import { type Day, isDay } from './day.ts';
import type { CataloguedDay, DayCatalogue } from './day-catalogue.ts';
import { relationOf } from './day-relation.ts';
import { createDayTables, readDayFile } from './day-schema.ts';
import type { FileSession } from './file-session.ts';
import type { ReadSession } from './session.ts';

const SUFFIX = '.duckdb';
/** Of a file that is being made. It gets its own name when its tables are in it, so that a file with that name is always whole. */
const UNFINISHED = '.new';

/** A file a day of receipt, `days/2026-11-25.duckdb`, each attached under the name of its day, and listed in the catalogue. */
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
    for (const day of days) {
      const form = day === days.at(-1) && day >= today ? 'live' : 'closed';
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
      await this.#make(files, day, lastSequence());
      const begun = await this.#attach(files, day, 'live');
      this.#catalogue.closeLive();
      this.#catalogue.put(begun);
    });
  }

  async #make(files: FileSession, day: Day, lastSequence: number): Promise<void> {
    const unfinished = pathOf(this.#folder, day) + UNFINISHED;
    for (const path of [unfinished, `${unfinished}.wal`]) rmSync(path, { force: true });
    const catalog = `${day}${UNFINISHED}`;
    await files.attach(unfinished, catalog);
    await createDayTables(files, catalog, lastSequence);
    await files.detach(catalog);
    renameSync(unfinished, pathOf(this.#folder, day));
    syncFolder(this.#folder);
  }

  /** Takes a day away for good, once the reads that may look into it are over. */
  async remove(day: Day): Promise<void> {
    this.#catalogue.remove(day);
    await this.#database.readsFinished();
    await this.#database.withFiles(files => files.detach(day));
    const path = pathOf(this.#folder, day);
    rmSync(path);
    rmSync(`${path}.wal`, { force: true });
    syncFolder(this.#folder);
  }

  /** True where a day's WAL has rows that its file has not. */
  hasWal(day: Day): boolean {
    return (statSync(`${pathOf(this.#folder, day)}.wal`, { throwIfNoEntry: false })?.size ?? 0) > 0;
  }

  /** Bytes of a day on the disk, its WAL included. */
  bytesOf(day: Day): number {
    return bytesOfFile(pathOf(this.#folder, day));
  }

  /** Bytes of what is no day's, its WAL included. */
  get mainBytes(): number {
    return bytesOfFile(join(this.#database.folder, DATABASE_FILE));
  }

  get #folder(): string {
    return join(this.#database.folder, DAYS_FOLDER);
  }

  async #attach(files: FileSession, day: Day, form: CataloguedDay['form']): Promise<CataloguedDay> {
    const path = pathOf(this.#folder, day);
    try {
      await files.attach(path, day);
    } catch (cause) {
      throw unreadable(path, cause as Error);
    }
    const { begunAfter } = await readDayFile(files, day, path);
    return { day, form, begunAfter, ...(await readDayFacts(files, day)) };
  }
}

/** The days that have a file, the oldest first. */
function storedDays(folder: string): Day[] {
  return readdirSync(folder)
    .filter(name => name.endsWith(SUFFIX))
    .map(name => name.slice(0, -SUFFIX.length))
    .filter(isDay)
    .sort();
}

function bytesOfFile(path: string): number {
  return [path, `${path}.wal`].reduce((sum, file) => sum + (statSync(file, { throwIfNoEntry: false })?.size ?? 0), 0);
}

function pathOf(folder: string, day: Day): string {
  return join(folder, day + SUFFIX);
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

type DayFacts = Omit<CataloguedDay, 'day' | 'form' | 'begunAfter'>;

/** What DuckDB knows of a day's table from its statistics: no row is read. */
export async function readDayFacts(session: ReadSession, day: Day): Promise<DayFacts> {
  const [facts] = await session.rows<DayFacts>(`SELECT count(*)::DOUBLE AS rows,
      coalesce(min(sequence), 0)::DOUBLE AS "firstSequence", coalesce(max(sequence), 0)::DOUBLE AS "lastSequence",
      epoch_us(min(time)) / 1000 AS earliest, epoch_us(max(time)) / 1000 AS latest
    FROM ${relationOf({ day, form: 'closed' })}`);
  return facts!;
}
