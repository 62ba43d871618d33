import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { type DuckDBConnection, DuckDBDataChunk, DuckDBInstance, INTEGER } from '@duckdb/node-api';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { appendRows } from './append-rows.ts';
import { EventChunk } from './event-chunk.ts';
import { writeSession } from './session.ts';

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

function sevens(): DuckDBDataChunk {
  const chunk = DuckDBDataChunk.create([INTEGER]);
  chunk.setColumns([[7, 7, 7]]);
  return chunk;
}

/** The error itself is let go, as its stack would keep the appender. */
async function messageOf(failing: Promise<void>): Promise<string> {
  return failing.then(
    () => 'no error',
    error => error.message,
  );
}

describe('rows that are appended', () => {
  let instance: DuckDBInstance;
  let connection: DuckDBConnection;
  beforeEach(async () => {
    instance = await DuckDBInstance.create(':memory:');
    connection = await instance.connect();
    await connection.run('CREATE TABLE numbers (number INTEGER)');
    await connection.run('BEGIN');
  });
  afterEach(() => {
    connection.closeSync();
    instance.closeSync();
  });

  /** Something fails in the transaction after an appender was made: all that follows in it does too. No mock, as it would keep the appender. */
  function failAfterAppenderIsMade(): void {
    const create = connection.createAppender.bind(connection);
    connection.createAppender = async (...where) => {
      const appender = await create(...where);
      await expect(connection.run("SELECT error('failed')")).rejects.toThrow('failed');
      return appender;
    };
  }
  /** What there is after the rollback, one more transaction in which garbage is collected, and its commit. */
  async function rowsAfterNextCommit(): Promise<unknown> {
    await connection.run('ROLLBACK');
    await connection.run('BEGIN');
    for (let round = 0; round < 5; round++) {
      collectGarbage();
      // Finalizers run in a turn of their own.
      await new Promise(resolve => setImmediate(resolve));
    }
    await connection.run('COMMIT');
    return (await connection.runAndReadAll('SELECT count(*)::INTEGER FROM numbers')).getRows();
  }

  it('are there after the commit', async () => {
    await appendRows(connection, 'memory', 'numbers', appender => appender.appendDataChunk(sevens()));
    await connection.run('COMMIT');
    expect((await connection.runAndReadAll('FROM numbers')).getRows()).toEqual([[7], [7], [7]]);
  });

  it('come into no later transaction when they could not be written in their own', async () => {
    failAfterAppenderIsMade();
    const message = await messageOf(
      appendRows(connection, 'memory', 'numbers', appender => appender.appendDataChunk(sevens())),
    );
    expect(message).toContain('Current transaction is aborted');
    expect(await rowsAfterNextCommit()).toEqual([[0]]);
  });

  it('come into no later transaction either when they were given as columns', async () => {
    failAfterAppenderIsMade();
    const session = writeSession(connection, new EventChunk());
    const message = await messageOf(session.append('memory', 'numbers', [INTEGER], [[7, 7, 7]]));
    expect(message).toContain('Current transaction is aborted');
    expect(await rowsAfterNextCommit()).toEqual([[0]]);
  });
});
