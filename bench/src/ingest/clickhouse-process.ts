/**
 * The ClickHouse engine in this process, given the same rows as blocks of its own Native format: its fastest way in (JSONEachRow
 * reached a fifth of it). Each insert is one part, synced to disk with its directory before it returns.
 */
import { join } from 'node:path';
import type { CloseEvent } from '@closewatch/collector';
import { Session } from 'chdb';
import { answerQuestions, usage } from './asked-process.ts';
import { clickHouseColumns, jsonRows } from './clickhouse-rows.ts';
import { closeEvents } from './event-rows.ts';
import type { BulkOutcome, BulkWork } from './measure-bulk.ts';

const DURABLE = 'fsync_after_insert = 1, fsync_part_directory = 1';

answerQuestions({
  async run({ folder, rows, batch }: BulkWork): Promise<BulkOutcome> {
    const session = new Session(join(folder, 'clickhouse'));
    const block = join(folder, 'block.native');
    await makeBlock(session, closeEvents(batch), block);
    const insert = () => session.queryAsync(`INSERT INTO close_events SELECT * FROM file('${block}', Native)`);
    for (let warm = 0; warm < 4; warm++) await insert();
    const counted = await countRows(session);
    const [before, began] = [usage(), performance.now()];
    for (let left = rows; left > 0; left -= batch) await insert();
    const [after, elapsed] = [usage(), performance.now() - began];
    const stored = (await countRows(session)) - counted;
    session.close();
    return { stored, elapsed, cpuMicros: after.cpuMicros - before.cpuMicros, peakBytes: after.peakBytes };
  },
});

/** ClickHouse itself writes the block, out of a table in memory. */
async function makeBlock(session: Session, events: readonly CloseEvent[], path: string): Promise<void> {
  const columns = clickHouseColumns(events[0]!);
  await session.queryAsync(`CREATE TABLE rows (${columns}) ENGINE = Memory`);
  await session.queryAsync(
    `CREATE TABLE close_events (${columns}) ENGINE = MergeTree ORDER BY time SETTINGS ${DURABLE}`,
  );
  const values = jsonRows(events);
  await session.insert({ table: 'rows', values, format: 'JSONEachRow', settings: { async_insert: 0 } });
  await session.queryAsync(`SELECT * FROM rows INTO OUTFILE '${path}' FORMAT Native`);
}

async function countRows(session: Session): Promise<number> {
  const counted = await session.queryAsync('SELECT count() FROM close_events', { format: 'TSV' });
  return Number(counted.text());
}
