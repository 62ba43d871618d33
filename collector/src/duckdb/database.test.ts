import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EventBatch } from '../batch/event-batch.ts';
import { closeEvent } from '../testdata/close-event.ts';
import { Database } from './database.ts';
import { openDuckDbStore } from './open-duckdb-store.ts';
import { DATABASE_FILE } from './open-instance.ts';

/** Opens the folder's file in another process, says so, and holds it until it is killed. */
const HOLD = `const { DuckDBInstance } = await import('@duckdb/node-api');
  const instance = await DuckDBInstance.create(process.argv[1]);
  process.stdout.write('held');
  setInterval(() => instance, 1000);`;

describe('the data folder', () => {
  let parent: string;
  let folder: string;
  beforeEach(() => {
    parent = mkdtempSync(join(tmpdir(), 'closewatch-'));
    folder = join(parent, "it's data", 'here');
  });
  afterEach(() => rmSync(parent, { recursive: true }));

  it('is made where it is missing, for its owner alone', async () => {
    const store = await openDuckDbStore({ folder });
    expect((statSync(folder).mode & 0o777).toString(8)).toBe('700');
    await store.close();
  });

  it('is refused to a second store of the same process, also by another name, until the first is closed', async () => {
    const store = await openDuckDbStore({ folder });
    const alias = join(parent, 'alias');
    symlinkSync(folder, alias);
    const refusal = {
      code: 'STORE_FOLDER_IN_USE',
      message: `the data folder ${alias} is open in this process already`,
    };
    await expect(openDuckDbStore({ folder: alias })).rejects.toMatchObject(refusal);
    await store.close();
    await (await openDuckDbStore({ folder: alias })).close();
  });

  it('is refused in one line that names it and the holder when another process holds it', async () => {
    await (await openDuckDbStore({ folder })).close();
    const args = ['--input-type=module', '-e', HOLD, join(folder, DATABASE_FILE)];
    const holder = spawn(process.execPath, args, { cwd: import.meta.dirname, stdio: ['ignore', 'pipe', 'inherit'] });
    await once(holder.stdout, 'data');
    await expect(openDuckDbStore({ folder })).rejects.toMatchObject({
      code: 'STORE_FOLDER_IN_USE',
      message: `the data folder ${folder} is in use by another process (pid ${holder.pid}): stop it, or choose another folder`,
    });
    holder.kill('SIGKILL');
    await once(holder, 'exit');
    await (await openDuckDbStore({ folder })).close();
  });

  it('is refused when a newer version wrote it, and left as it is', async () => {
    await (await openDuckDbStore({ folder })).close();
    const instance = await DuckDBInstance.create(join(folder, DATABASE_FILE));
    const connection = await instance.connect();
    await connection.run('UPDATE schema_version SET version = 999');
    connection.closeSync();
    instance.closeSync();
    const refusal = {
      code: 'STORE_SCHEMA_TOO_NEW',
      message: `expected schema version 3 or older in ${join(folder, DATABASE_FILE)}, got 999: use the newer Closewatch that wrote it`,
    };
    await expect(openDuckDbStore({ folder })).rejects.toMatchObject(refusal);
    await expect(openDuckDbStore({ folder })).rejects.toMatchObject(refusal);
  });

  it('is refused with the name of the file when that is no database', async () => {
    await (await openDuckDbStore({ folder })).close();
    writeFileSync(join(folder, DATABASE_FILE), 'not a database, but long enough to look at'.repeat(500));
    const refusal = { code: 'STORE_UNREADABLE', message: expect.stringContaining(join(folder, DATABASE_FILE)) };
    await expect(openDuckDbStore({ folder })).rejects.toMatchObject(refusal);
  });

  it('is begun anew where the first start was cut short, and refused where a cut file is not all that there is', async () => {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, DATABASE_FILE), Buffer.alloc(4_096));
    await (await openDuckDbStore({ folder })).close();
    writeFileSync(join(folder, DATABASE_FILE), '');
    const refusal = { code: 'STORE_UNREADABLE', message: expect.stringContaining(join(folder, DATABASE_FILE)) };
    await expect(openDuckDbStore({ folder })).rejects.toMatchObject(refusal);
  });

  it('is refused when it is a file', async () => {
    const file = join(parent, 'file');
    writeFileSync(file, '');
    const message = `cannot use the data folder ${file}: expected a folder, got a file: choose a folder that can be written`;
    const refusal = { code: 'STORE_UNREADABLE', message };
    await expect(openDuckDbStore({ folder: file })).rejects.toMatchObject(refusal);
  });

  it('is refused when a folder above it is a file', async () => {
    const file = join(parent, 'file');
    writeFileSync(file, '');
    const below = join(file, 'one', 'two');
    const refusal = {
      code: 'STORE_UNREADABLE',
      message: `cannot use the data folder ${below}: ENOTDIR: not a directory, mkdir '${join(file, 'one')}': choose a folder that can be written`,
    };
    await expect(openDuckDbStore({ folder: below })).rejects.toMatchObject(refusal);
  });

  it.runIf(process.platform === 'linux')('is refused, and not waited for, where nobody can make folders', async () => {
    const refusal = {
      code: 'STORE_UNREADABLE',
      message: expect.stringMatching(
        /^cannot use the data folder \/proc\/closewatch\/data: E[A-Z]+: .*, mkdir '\/proc\/closewatch': choose a folder that can be written$/,
      ),
    };
    await expect(openDuckDbStore({ folder: '/proc/closewatch/data' })).rejects.toMatchObject(refusal);
  });
});

describe('the database', () => {
  let folder: string;
  let database: Database;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'closewatch-'));
    const memory = { memoryLimit: '256MiB', rewritingMemoryLimit: '512MiB' };
    database = await Database.open(folder, { ...memory, checkpointBytes: 1 << 24 });
  });
  afterEach(async () => {
    await database.close();
    rmSync(folder, { recursive: true });
  });
  const runs = (sql: string) => database.withWrite(session => session.run(sql));

  it('reaches nothing of the file system but its folder, and cannot be told to', async () => {
    await expect(runs("SELECT * FROM read_text('/etc/hostname')")).rejects.toThrow('disabled by configuration');
    await expect(runs("COPY (SELECT 1) TO '/tmp/closewatch-leak.csv'")).rejects.toThrow('disabled by configuration');
    await expect(runs('SET enable_external_access = true')).rejects.toThrow('locked');
    await expect(runs("SET allowed_configs = ['threads']")).rejects.toThrow('locked');
    expect(await runs(`COPY (SELECT 1) TO '${join(folder, 'inside.csv')}'`)).toBe(1);
  });

  it('has more memory while whole days are rewritten or exported, and no longer', async () => {
    const limit = async () => {
      const setting = "SELECT current_setting('memory_limit') AS memory";
      return (await database.withRead(session => session.rows<{ memory: string }>(setting)))[0]!.memory;
    };
    expect(await limit()).toBe('256.0 MiB');
    const during = await database.withRewritingMemory(async () => {
      await database.aside(async () => expect(await limit()).toBe('512.0 MiB'));
      return limit();
    });
    expect(during).toBe('512.0 MiB');
    expect(await limit()).toBe('256.0 MiB');
  });

  it('lets reads see only what is committed, while a write goes on', async () => {
    await runs('CREATE TABLE numbers (number DOUBLE)');
    const count = () =>
      database.withRead(session => session.rows<{ n: number }>('SELECT count(*)::DOUBLE AS n FROM numbers'));
    const during = await database.withWrite(async session => {
      await session.run('INSERT INTO numbers VALUES (1)');
      return count();
    });
    expect([during, await count()]).toEqual([[{ n: 0 }], [{ n: 1 }]]);
  });

  it('undoes a write that fails, and goes on with the next', async () => {
    await runs('CREATE TABLE numbers (number DOUBLE)');
    const failing = database.withWrite(async session => {
      await session.run('INSERT INTO numbers VALUES (1)');
      throw new Error('changed my mind');
    });
    const next = runs('INSERT INTO numbers VALUES (2)');
    await expect(failing).rejects.toThrow('changed my mind');
    await next;
    expect(await database.withRead(session => session.rows('SELECT number FROM numbers'))).toEqual([{ number: 2 }]);
  });

  it('runs more reads than it has connections', async () => {
    const reads = Array.from({ length: 20 }, (_, n) =>
      database.withRead(session => session.rows<{ n: number }>('SELECT $n AS n', { n })),
    );
    const rows = await Promise.all(reads);
    expect(rows.map(([row]) => row?.n)).toEqual(Array.from({ length: 20 }, (_, n) => n));
  });

  it('finishes what was asked before it closes, and refuses what is asked after', async () => {
    await runs('CREATE TABLE numbers (number DOUBLE)');
    const write = runs('INSERT INTO numbers SELECT range FROM range(100000)');
    const closing = database.close();
    await expect(write).resolves.toBe(100_000);
    await closing;
    const refusal = { code: 'STORE_CLOSED', message: `the store in ${database.folder} is closed` };
    await expect(database.withRead(async () => 1)).rejects.toMatchObject(refusal);
    await expect(runs('SELECT 1')).rejects.toMatchObject(refusal);
  });
});

describe('a store that is closed', () => {
  it('refuses every call with the code STORE_CLOSED, and may be closed again', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'closewatch-'));
    const store = await openDuckDbStore({ folder });
    await store.close();
    await store.close();
    await expect(store.appendEvents(EventBatch.of([closeEvent(1)]))).rejects.toMatchObject({ code: 'STORE_CLOSED' });
    await expect(store.readEventsAfter(0, 1)).rejects.toMatchObject({ code: 'STORE_CLOSED' });
    rmSync(folder, { recursive: true });
  });
});
