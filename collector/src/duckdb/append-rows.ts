import type { DuckDBAppender, DuckDBConnection } from '@duckdb/node-api';

/** Appends what `fill` puts in to a table of an attached file, in the connection's transaction: all of it, or nothing and an error. */
export async function appendRows(
  connection: DuckDBConnection,
  catalog: string,
  table: string,
  fill: (appender: DuckDBAppender) => void,
): Promise<void> {
  const appender = await connection.createAppender(table, 'main', catalog);
  try {
    fill(appender);
    appender.flushSync();
  } catch (error) {
    // What it holds would otherwise be written when it is closed or collected as garbage, in whatever transaction is open then.
    appender.clear();
    throw error;
  } finally {
    appender.closeSync();
  }
}
