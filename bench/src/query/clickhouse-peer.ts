import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Session } from 'chdb';
import { DAY_MS, END } from './history.ts';
import type { Example } from './questions.ts';

const HOUR_MS = 3_600_000;
/** Columns by which is counted, which ClickHouse keeps best as dictionaries. */
const REPEATED = ['kind', 'service', 'service_version', 'instance', 'client_version', 'payload_defect'];

/** The ClickHouse engine in this process: the rows of Parquet files in a MergeTree ordered by time, with Bloom filters for both ids. */
export class ClickHousePeer {
  readonly #session: Session;
  readonly rows: number;
  readonly bytes: number;

  private constructor(session: Session, rows: number, bytes: number) {
    this.#session = session;
    this.rows = rows;
    this.bytes = bytes;
  }

  static async fill(folder: string, days: string): Promise<ClickHousePeer> {
    const session = new Session(folder);
    const names = readdirSync(days).filter(name => /^[0-9-]+\.parquet$/.test(name)); // not the gauge samples
    const source = `file('${join(days, `{${names.join(',')}}`)}', Parquet)`;
    const repeated = REPEATED.map(name => `toLowCardinality(${name}) AS ${name}`).join(', ');
    await session.queryAsync(`CREATE TABLE close_events ENGINE = MergeTree ORDER BY time SETTINGS allow_nullable_key = 1
      AS SELECT * REPLACE (assumeNotNull(time) AS time, ${repeated}) FROM ${source} LIMIT 0`);
    for (const column of ['connection_id', 'client_id']) {
      await session.queryAsync(
        `ALTER TABLE close_events ADD INDEX ${column}_filter ${column} TYPE bloom_filter GRANULARITY 1`,
      );
    }
    await session.queryAsync(
      `INSERT INTO close_events SELECT * REPLACE (assumeNotNull(time) AS time, ${repeated}) FROM ${source}`,
    );
    await session.queryAsync('OPTIMIZE TABLE close_events FINAL');
    const size = await session.queryAsync(
      `SELECT sum(rows), sum(bytes_on_disk) FROM system.parts WHERE table = 'close_events' AND active`,
      { format: 'TSV' },
    );
    const [rows, bytes] = size.text().trim().split('\t').map(Number);
    return new ClickHousePeer(session, rows!, bytes!);
  }

  /** The questions that both sides can be asked, and the rows of the answer. */
  questions(
    days: number,
    { connectionId, clientId }: Example,
  ): { name: string; goal: null; ask: () => Promise<number> }[] {
    const count = (ms: number, bin: string, by: string) =>
      `SELECT ${bin} AS bin, ${by}, count() AS n, sum(weight) FROM close_events
        WHERE kind = 'close' AND time >= fromUnixTimestamp64Milli(${END + 1 - ms}) AND time < fromUnixTimestamp64Milli(${END + 1})
        GROUP BY bin, ${by}`;
    const second = 'toStartOfSecond(time)';
    const story = (condition: string) => `SELECT * FROM close_events WHERE ${condition} ORDER BY time DESC LIMIT 100`;
    const asked: [string, string][] = [
      ['last hour by second, code, version', count(HOUR_MS, second, 'code, service_version')],
      ['last hour by second, code, client version', count(HOUR_MS, second, 'code, client_version')],
      ['last day by second, code, version', count(DAY_MS, second, 'code, service_version')],
      ['last day by minute, code, client version', count(DAY_MS, 'toStartOfMinute(time)', 'code, client_version')],
      ['all days by hour, code, version', count(days * DAY_MS, 'toStartOfHour(time)', 'code, service_version')],
      ['all days by hour, code, client version', count(days * DAY_MS, 'toStartOfHour(time)', 'code, client_version')],
      ["one connection's story", story(`connection_id = '${connectionId}'`)],
      ["one client's story, 100 rows", story(`client_id = '${clientId}'`)],
    ];
    return asked.map(([name, sql]) => ({ name, goal: null, ask: () => this.#rowsOf(sql) }));
  }

  /** Reads the answer as blocks of its own binary format, as a program would. */
  async #rowsOf(sql: string): Promise<number> {
    const counted = await this.#session.queryAsync(sql, { format: 'RowBinaryWithNamesAndTypes' });
    return counted.bytes().length > 0 ? counted.rowsRead : 0;
  }

  close(): void {
    this.#session.close();
  }
}
