import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { expect, it } from 'vitest';
import { AttachedFiles } from './attached-files.ts';

it('a file that could not be renewed counts as missing until it could', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'closewatch-'));
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const files = new AttachedFiles(connection);
  await files.attach(join(folder, 'numbers.duckdb'), 'numbers');
  await connection.run('CREATE TABLE numbers.numbers AS SELECT 7 AS number');
  await connection.run('USE numbers');
  await expect(files.renew('numbers')).rejects.toThrow('default database');
  expect(files.isComplete).toBe(false);
  await connection.run('USE memory');
  await files.complete();
  expect(files.isComplete).toBe(true);
  expect((await connection.runAndReadAll('FROM numbers.numbers')).getRows()).toEqual([[7]]);
  files.close();
  instance.closeSync();
  rmSync(folder, { recursive: true });
});

it('a file that was let go is not attached again, though it could not be renewed before', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'closewatch-'));
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const files = new AttachedFiles(connection);
  await files.attach(join(folder, 'numbers.duckdb'), 'numbers');
  await connection.run('DETACH numbers');
  await expect(files.renew('numbers')).rejects.toThrow('database not found');
  expect(files.isComplete).toBe(false);
  await expect(files.detach('numbers')).rejects.toThrow('database not found');
  expect(files.isComplete).toBe(true);
  await files.renew('numbers');
  expect(files.isComplete).toBe(true);
  files.close();
  instance.closeSync();
  rmSync(folder, { recursive: true });
});
