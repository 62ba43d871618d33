import type { EventBatch } from '../batch/event-batch.ts';
import type { AppendOutcome, Store } from '../store.ts';
import { appendEvents, readLastSequence } from './append-events.ts';
import { Database } from './database.ts';
import { keepDeploy, readDeploys } from './deploys.ts';
import { readDueMessages, readOutbox, recordDelivery } from './outbox.ts';
import { readCloses, readEventsAfter } from './read-events.ts';
import { prepareSchema } from './schema.ts';
import { keepVerdicts, readTransitions, readVerdicts } from './verdicts.ts';

export interface DuckDbStoreOptions {
  /** The data folder, made with mode 0700 where it is missing. One process at a time can hold it. */
  folder: string;
  /** What DuckDB itself may use, in its own notation. The rows on their way in and out come on top. */
  memoryLimit?: string;
}

/** Enough for the windows that the product reads, and small beside the process. */
const DEFAULT_MEMORY_LIMIT = '1GB';

/**
 * Opens the store in a data folder, on DuckDB. It has to be called, and used, in one thread only. Throws StoreError: the
 * folder is in use, was written by a newer version, or can't be opened.
 */
export async function openDuckDbStore({
  folder,
  memoryLimit = DEFAULT_MEMORY_LIMIT,
}: DuckDbStoreOptions): Promise<Store> {
  const database = await Database.open(folder, memoryLimit);
  try {
    await database.withWrite(session => prepareSchema(session, folder));
  } catch (error) {
    await database.close();
    throw error;
  }

  /** Known after a commit; null at first, and after a failure, which may have come before or after the disk had it. */
  let lastSequence: number | null = null;

  async function append(events: EventBatch): Promise<AppendOutcome> {
    return database
      .withWrite(async session => {
        const last = lastSequence ?? (await readLastSequence(session));
        lastSequence = null;
        const outcome = await appendEvents(session, events.events(), last);
        return { outcome, sequence: last + outcome.stored };
      })
      .then(({ outcome, sequence }) => {
        lastSequence = sequence;
        return outcome;
      });
  }

  return {
    appendEvents: async events => (events.rows === 0 ? { stored: 0, duplicates: 0 } : append(events)),
    readEventsAfter: (sequence, limit) => database.withRead(session => readEventsAfter(session, sequence, limit)),
    readCloses: query => database.withRead(session => readCloses(session, query)),
    keepVerdicts: changes => database.withWrite(session => keepVerdicts(session, changes)),
    readVerdicts: query => database.withRead(session => readVerdicts(session, query)),
    readTransitions: verdictId => database.withRead(session => readTransitions(session, verdictId)),
    readDueMessages: (now, limit) => database.withRead(session => readDueMessages(session, now, limit)),
    recordDelivery: (id, outcome) => database.withWrite(session => recordDelivery(session, id, outcome)),
    readOutbox: query => database.withRead(session => readOutbox(session, query)),
    keepDeploy: marker => database.withWrite(session => keepDeploy(session, marker)),
    readDeploys: (from, to) => database.withRead(session => readDeploys(session, from, to)),
    close: () => database.close(),
  };
}
