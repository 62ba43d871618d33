import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EventBatch } from '../batch/event-batch.ts';
import type { CloseEvent } from '../close-event.ts';
import { closeEvent, TEN_O_CLOCK } from '../testdata/close-event.ts';
import { ALL_FIELDS } from './event-table.ts';
import { openDuckDbStore } from './open-duckdb-store.ts';
import { isOfClient, packedRelation, packStatements } from './packed-day.ts';
import { parquetRelation, parquetStatements } from './parquet-day.ts';
import { readSession } from './session.ts';

const DAY = '2026-11-23';
const TABLE = `"${DAY}".close_events`;
const DAY_FILE = { version: 1, begunAfter: 0 };
const IDS = ['0123456789abcdef', 'fedcba9876543210', 'conn-1', 'a connection id of another emitter', null];
const TRACES = ['1'.repeat(32), `8${'2'.repeat(31)}`, null];

/** Few ids, so that links hit connect rows, miss them, and find two of them. */
const anyEvent = fc.record({
  kind: fc.constantFrom<CloseEvent['kind']>('close', 'close', 'connect', 'reconnect', 'drain'),
  connectionId: fc.constantFrom(...IDS),
  previousConnectionId: fc.constantFrom(...IDS),
  clientId: fc.constantFrom(null, 'c-1', 'a client id of more than twelve bytes, é'),
  linkedTraceId: fc.constantFrom(...TRACES),
  startedAt: fc.nat(5_000).map(offset => TEN_O_CLOCK + offset + 0.001),
  length: fc.nat(60_000),
  code: fc.constantFrom(null, 1000, 1007),
  connectionDuration: fc.constantFrom(null, 0, 0.000001, 12.345678, 86_400),
  delay: fc.constantFrom(null, 1.5),
  outcome: fc.constantFrom<CloseEvent['outcome']>(null, 'abandoned'),
  weight: fc.constantFrom(1, 12.5),
  clean: fc.constantFrom(null, true, false),
  messagesReceived: fc.constantFrom(null, 0, Number.MAX_SAFE_INTEGER),
  reason: fc.constantFrom(null, 'a reason with a \u0000 and a 🦆'),
});

function eventOf(
  { length, ...fields }: typeof anyEvent extends fc.Arbitrary<infer Drawn> ? Drawn : never,
  serial: number,
): CloseEvent {
  const linkedSpanId =
    fields.linkedTraceId && (/^[0-9a-f]{16}$/.test(fields.connectionId ?? '') ? fields.connectionId : '1'.repeat(16));
  const endedAt = fields.startedAt + length;
  const time = fields.kind === 'close' || fields.kind === 'drain' ? fields.startedAt : endedAt;
  const traceId = fields.kind === 'connect' ? TRACES[serial % 2]! : `a${serial.toString(16).padStart(31, '0')}`;
  return closeEvent(serial, { ...fields, linkedSpanId, endedAt, time, traceId });
}

describe('a closed day', () => {
  const drawn = fc.sample(anyEvent, { numRuns: 300, seed: 4 });
  // One connection as it should be: one connect row, whose trace its close links to.
  const connection = { connectionId: '00000000000000aa', clientId: 'c-1' };
  const events = [
    closeEvent(1_001, { ...connection, kind: 'connect', traceId: '5'.repeat(32) }),
    closeEvent(1_002, { ...connection, linkedTraceId: '5'.repeat(32), linkedSpanId: '00000000000000aa' }),
    ...drawn.map((fields, index) => eventOf(fields, index + 1)),
  ];
  let folder: string;
  let instance: DuckDBInstance;
  let connectionToDuckDb: DuckDBConnection;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'closewatch-'));
    const store = await openDuckDbStore({ folder, now: () => TEN_O_CLOCK });
    await store.appendEvents(EventBatch.of(events));
    await store.close();
    instance = await DuckDBInstance.create(':memory:');
    connectionToDuckDb = await instance.connect();
    await connectionToDuckDb.run(`ATTACH '${join(folder, 'days', `${DAY}.duckdb`)}' AS "${DAY}" (READ_ONLY)`);
    await connectionToDuckDb.run(`ATTACH '${join(folder, 'packed.duckdb')}' AS packed`);
    const toParquet = parquetStatements({ whole: TABLE, inOrder: TABLE }, join(folder, 'day.parquet'), DAY_FILE);
    for (const statement of [...packStatements(DAY, 'packed'), ...toParquet]) await connectionToDuckDb.run(statement);
  });
  afterAll(() => {
    connectionToDuckDb.closeSync();
    instance.closeSync();
    rmSync(folder, { recursive: true });
  });
  async function read(relation: string, parameters?: Record<string, string>): Promise<CloseEvent[]> {
    const page = await readSession(connectionToDuckDb).events(
      `SELECT ${ALL_FIELDS.sql} FROM ${relation} ORDER BY sequence`,
      parameters,
    );
    return page.events;
  }
  async function count(sql: string): Promise<number> {
    return (await readSession(connectionToDuckDb).rows<{ n: number }>(`SELECT count(*)::DOUBLE AS n FROM ${sql}`))[0]!
      .n;
  }

  it('gives back every row as it was, packed', async () => {
    expect(await read(packedRelation('packed', { clientIds: true, links: true }))).toEqual(events);
    expect(await count('packed.packed_events WHERE link_is_known AND linked_trace_id IS NULL')).toBeGreaterThan(0);
  });

  it('gives back every row as it was, as Parquet', async () => {
    expect(await read(parquetRelation(join(folder, 'day.parquet'), true))).toEqual(events);
    expect(await count(`'${join(folder, 'day.parquet')}' WHERE is_linked AND linked_trace_id IS NULL`)).toBeGreaterThan(
      0,
    );
  });

  it('gives the rows of one client by their places, packed', async () => {
    const parts = { clientIds: true, links: true };
    const found = await read(packedRelation('packed', parts, isOfClient('packed')), { id: 'c-1' });
    expect(found).toEqual(events.filter(event => event.clientId === 'c-1'));
  });

  it('leaves out what a reader does not want, and keeps the rest', async () => {
    const scanned = await read(packedRelation('packed', { clientIds: false, links: false }));
    expect(scanned.map(event => event.spanId)).toEqual(events.map(event => event.spanId));
    expect(scanned.every(event => event.clientId === null)).toBe(true);
  });

  it('is plain text in Parquet, for any tool', async () => {
    const types = await readSession(connectionToDuckDb).rows<{ column_name: string; column_type: string }>(
      `SELECT column_name, column_type FROM (DESCRIBE FROM '${join(folder, 'day.parquet')}')`,
    );
    const typeOf = Object.fromEntries(types.map(({ column_name, column_type }) => [column_name, column_type]));
    expect(typeOf).toMatchObject({
      trace_id: 'VARCHAR',
      span_id: 'VARCHAR',
      connection_id: 'VARCHAR',
      kind: 'VARCHAR',
      time: 'TIMESTAMP',
      code: 'USMALLINT',
      connection_duration: 'DECIMAL(18,6)',
    });
    const [row] = await readSession(connectionToDuckDb).rows(
      `SELECT trace_id, span_id, connection_id, kind, strftime(time, '%Y-%m-%dT%H:%M:%S') AS time FROM '${join(folder, 'day.parquet')}' WHERE sequence = 1`,
    );
    const { traceId, spanId, connectionId } = events[0]!;
    expect(row).toEqual({
      trace_id: traceId,
      span_id: spanId,
      connection_id: connectionId,
      kind: 'connect',
      time: '2026-11-23T10:00:00',
    });
  });
});
