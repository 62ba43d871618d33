import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectionFilterStatement, daysThatMayKnow } from './connection-filter.ts';
import type { CataloguedDay } from './day-catalogue.ts';
import { catalogOf } from './day-form.ts';
import { type ReadSession, readSession } from './session.ts';

/** Ids of one emitter that counts, and of one whose ids are random. */
const KNOWN = [...Array.from({ length: 5_000 }, (_, index) => BigInt(index)), 0xfedcba9876543210n, 2n ** 64n - 1n];

const day = (name: string, form: CataloguedDay['form']) => ({ day: name, form }) as CataloguedDay;
const DAYS = [
  day('2026-11-20', 'packed'),
  day('2026-11-21', 'packed'),
  day('2026-11-22', 'packed'),
  day('2026-11-23', 'live'),
];
const [FILTERED, EMPTY, UNFILTERED, LIVE] = DAYS.map(({ day }) => day);

describe('the filter of connections', () => {
  let instance: DuckDBInstance;
  let session: ReadSession;
  beforeAll(async () => {
    instance = await DuckDBInstance.create(':memory:');
    const connection = await instance.connect();
    session = readSession(connection);
    for (const { day, form } of DAYS.slice(0, 3)) {
      const catalog = catalogOf(day, form);
      await connection.run(`ATTACH ':memory:' AS "${catalog}"`);
      await connection.run(`CREATE TABLE "${catalog}".packed_events
        (kind VARCHAR, connection_id UBIGINT, previous_connection_id UBIGINT, parent_span_id UBIGINT)`);
    }
    const filtered = catalogOf(FILTERED!, 'packed');
    const rows = KNOWN.map((id, index) =>
      index % 3 === 0
        ? `('close', ${id}, NULL, 77777)`
        : index % 3 === 1
          ? `('reconnect', NULL, ${id}, NULL)`
          : `('connect', NULL, NULL, ${id})`,
    );
    await connection.run(`INSERT INTO "${filtered}".packed_events VALUES ${rows.join(', ')}`);
    await connection.run(connectionFilterStatement(filtered));
    await connection.run(connectionFilterStatement(catalogOf(EMPTY!, 'packed')));
  });
  afterAll(() => instance.closeSync());
  const knowing = async (ids: bigint[]) => (await daysThatMayKnow(session, DAYS, ids)).map(({ day }) => day);

  it('names the days of every id that they have, whatever makes the row belong to it', async () => {
    for (const id of KNOWN.slice(-300)) expect(await knowing([id])).toEqual([FILTERED, UNFILTERED, LIVE]);
  });

  it('leaves a day out for nearly every id that it does not have', async () => {
    let named = 0;
    for (let id = 0; id < 500; id++) named += (await knowing([BigInt(id) * 7_919n + 10n ** 12n])).length - 2;
    expect(named).toBeLessThan(500 * 0.05);
  });

  it('names a day that has one of several ids', async () => {
    expect(await knowing([10n ** 15n, KNOWN[0]!])).toEqual([FILTERED, UNFILTERED, LIVE]);
  });

  it('takes the parents of connect rows alone', async () => {
    expect(await knowing([77_777n])).toEqual([UNFILTERED, LIVE]);
  });
});
