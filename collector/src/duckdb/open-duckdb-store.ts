import { join } from 'node:path';
import { type Logger, pino } from 'pino';
import type { Store } from '../store.ts';
import type { StoreStatus } from '../store-status.ts';
import type { Archive } from './archive.ts';
import { keepBaselines, readBaselines } from './baselines.ts';
import { Database } from './database.ts';
import { dayOf } from './day.ts';
import { DayCatalogue } from './day-catalogue.ts';
import { DayFiles } from './day-files.ts';
import { keepDeploy, readDeploys } from './deploys.ts';
import { EventLog, REDELIVERED_WITHIN } from './event-log.ts';
import { readEventsAfter } from './events-after.ts';
import { exportEvents, removeOldExports } from './export-events.ts';
import { readGauges } from './gauges.ts';
import { MarkFile } from './high-water-mark.ts';
import { DATABASE_FILE } from './open-instance.ts';
import { readDueMessages, readOutbox, recordDelivery } from './outbox.ts';
import { readBreakdown } from './read-breakdown.ts';
import { readCloses } from './read-closes.ts';
import { readStory } from './read-story.ts';
import { readWindow } from './read-window.ts';
import type { Retention } from './retired-days.ts';
import { Rewriting } from './rewriting.ts';
import { Rollups } from './rollups.ts';
import { prepareSchema } from './schema.ts';
import { seedFilter } from './seed-filter.ts';
import { keepSilence, readSilences } from './silences.ts';
import { Upkeep } from './upkeep.ts';
import { countTransitions, keepVerdicts, readTransitions, readVerdicts } from './verdicts.ts';

export interface DuckDbStoreOptions {
  /** The data folder, made with mode 0700 where it is missing. One process at a time can hold it. */
  folder: string;
  /** What DuckDB itself may use, in its own notation. The rows on their way in and out come on top. */
  memoryLimit?: string;
  /** The same while whole days are rewritten or exported. */
  rewritingMemoryLimit?: string;
  /** Bytes of a file's WAL at which a commit writes them into the file. */
  checkpointBytes?: number;
  /** When closed days are rewritten; packed after two days where it is left out. */
  archive?: Archive;
  /** Bytes that the disk has to have left, or rows are refused. */
  reserveBytes?: number;
  /** How much is kept; everything where it is left out. */
  retention?: Retention;
  /** Pause between two looks at which days are over or too old. Milliseconds. */
  upkeepMs?: number;
  /** The clock that says which day it is. Epoch milliseconds. */
  now?: () => number;
  logger?: Pick<Logger, 'info' | 'error'>;
}

/**
 * Under load DuckDB takes all of it, as it keeps what was written last, and the process some 600 to 750 MiB more: V8's heap 180 to 230, buffers and requests
 * in hand 120 to 180, code 95, the rest what the two allocators keep. See docs/decisions/0010-ingest-measured.md.
 */
const DEFAULT_MEMORY_LIMIT = '320MB';
/** Writing a day as Parquet takes 500 MB, however small it is. */
const DEFAULT_REWRITING_MEMORY_LIMIT = '640MB';
/**
 * Only commits of less than a row group go through the log. A checkpoint of 32 MiB of it, some 90,000 rows, holds up the writer for 0.1 to 0.2 s; one of
 * 256 MiB for more than a second.
 */
const DEFAULT_CHECKPOINT_BYTES = 32 * 1024 * 1024; // 32 MiB
/** A checkpoint writes less than the WAL that it ends, and up to three row groups again (10 MB each). */
const DEFAULT_RESERVE_BYTES = 128 * 1024 * 1024; // 128 MiB

/** What the filter of redeliveries may hold: 16 million spans, which is two minutes of them at full speed, or four hours at 1,000 a second. */
const FILTER_BYTES = 64 * 1024 * 1024; // 64 MiB
/** The last two days are those that are read row by row after a restart, and looked into for spans that are sent again. */
const DEFAULT_ARCHIVE: Archive = { packAfterDays: 2 };
/** So that retention takes effect well within a minute. Milliseconds. */
const UPKEEP_MS = 10_000;
const SILENT: Pick<Logger, 'info' | 'error'> = pino({ level: 'silent' });

/**
 * Opens the store in a data folder, on DuckDB. It has to be called, and used, in one thread only. Throws StoreError: the
 * folder is in use, was written by a newer version, or can't be opened.
 */
export async function openDuckDbStore({
  folder,
  memoryLimit = DEFAULT_MEMORY_LIMIT,
  rewritingMemoryLimit = DEFAULT_REWRITING_MEMORY_LIMIT,
  checkpointBytes = DEFAULT_CHECKPOINT_BYTES,
  archive = DEFAULT_ARCHIVE,
  reserveBytes = DEFAULT_RESERVE_BYTES,
  retention = {},
  upkeepMs = UPKEEP_MS,
  now = Date.now,
  logger = SILENT,
}: DuckDbStoreOptions): Promise<Store> {
  const database = await Database.open(folder, { memoryLimit, rewritingMemoryLimit, checkpointBytes });
  try {
    removeOldExports(database.folder);
    const catalogue = new DayCatalogue();
    const days = new DayFiles(database, catalogue);
    await database.withFiles(files => prepareSchema(files, days, join(folder, DATABASE_FILE)));
    const startedAt = now();
    await days.open(dayOf(startedAt));
    const recent = catalogue.since(dayOf(startedAt - REDELIVERED_WITHIN));
    const filter = await database.withRead(session => seedFilter(session, recent, startedAt, FILTER_BYTES));
    const transitions = await database.withRead(countTransitions);
    const mark = new MarkFile(database.folder, { sequence: catalogue.lastSequence, transitions });
    sayWhatIsLost(Math.max(0, (mark.found?.transitions ?? 0) - transitions), 'transitions of verdicts', folder, logger);
    const log = new EventLog({ database, catalogue, days, filter, mark, reserveBytes, now, logger });
    sayWhatIsLost(log.lostRows, 'rows', folder, logger);
    const rollups = new Rollups(database, catalogue);
    await rollups.open();
    const rewriting = new Rewriting({ catalogue, days, log, archive, now });
    const work = { daysChanged: () => rollups.rollUpClosedDays(), rewriteDays: () => rewriting.rewriteDueDays() };
    const upkeep = new Upkeep({ database, days, log, retention, ...work, now, everyMs: upkeepMs, logger });
    const status = () => ({ ...log.status(), failedUpkeep: upkeep.failures });
    return storeOver({ database, catalogue, rollups, log, mark, status }, async () => {
      rewriting.stop();
      await upkeep.stop();
      await database.close();
      mark.close();
    });
  } catch (error) {
    await database.close();
    throw error;
  }
}

function sayWhatIsLost(lost: number, what: string, folder: string, logger: Pick<Logger, 'error'>): void {
  if (lost === 0) return;
  const message =
    `${lost} ${what} that were acknowledged are not in ${folder}: a file or its .wal was cut short or taken away; ` +
    'put them back from a backup, or go on without these';
  logger.error({ lost }, message);
}

interface StoreParts {
  database: Database;
  catalogue: DayCatalogue;
  rollups: Rollups;
  log: EventLog;
  mark: MarkFile;
  status: () => StoreStatus;
}

/** Each intent, in one transaction of, or one read over, the files that it is about. */
function storeOver({ database, catalogue, rollups, log, mark, status }: StoreParts, close: () => Promise<void>): Store {
  let closing: Promise<void> | null = null;
  return {
    appendEvents: (events, gauges = []) => log.append(events, gauges),
    readEventsAfter: (after, limit, fields) =>
      database.withRead(session => readEventsAfter(session, catalogue, after, limit, fields)),
    readGauges: (from, limit) =>
      database.withRead(session => readGauges(session, catalogue.since(dayOf(from)), from, limit)),
    readCloses: query => database.withRead(session => readCloses(session, catalogue, query)),
    readWindow: query => database.withRead(session => readWindow(session, catalogue, rollups.days, query)),
    readBreakdown: query => database.withRead(session => readBreakdown(session, catalogue, query)),
    exportEvents: query => exportEvents(database, catalogue, query),
    readStory: query => database.withRead(session => readStory(session, catalogue, query)),
    async keepVerdicts(changes) {
      const reached = (transitions: number) => mark.write({ transitions });
      await database.withWrite(session => keepVerdicts(session, changes), reached);
    },
    readVerdicts: query => database.withRead(session => readVerdicts(session, query)),
    readTransitions: verdictId => database.withRead(session => readTransitions(session, verdictId)),
    readDueMessages: (now, limit) => database.withRead(session => readDueMessages(session, now, limit)),
    recordDelivery: (id, outcome) => database.withWrite(session => recordDelivery(session, id, outcome)),
    readOutbox: query => database.withRead(session => readOutbox(session, query)),
    keepDeploy: marker => database.withWrite(session => keepDeploy(session, marker)),
    readDeploys: (from, to) => database.withRead(session => readDeploys(session, from, to)),
    keepSilence: silence => database.withWrite(session => keepSilence(session, silence)),
    readSilences: now => database.withRead(session => readSilences(session, now ?? null)),
    keepBaselines: (baselines, before) => database.withWrite(session => keepBaselines(session, baselines, before)),
    readBaselines: until => database.withRead(session => readBaselines(session, until)),
    status,
    close() {
      closing ??= close();
      return closing;
    },
  };
}
