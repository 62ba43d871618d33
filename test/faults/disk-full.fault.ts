import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type DuckDbStoreOptions, openDuckDbStore, type Store } from '@closewatch/collector';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { mulberry32 } from './mulberry32.ts';
import { numberedCloses, range, storedNumbers } from './numbered-closes.ts';
import { CAN_MOUNT, SmallDisk } from './small-disk.ts';

const MIB = 1024 * 1024;
const ROWS = 1_000;
const NOW = Date.parse('2026-11-23T12:00:00Z');
const DAY_MS = 86_400_000;

describe.runIf(CAN_MOUNT)('a disk that is full', () => {
  let disk: SmallDisk;
  let store: Store;
  let acknowledged: number;
  let now: number;
  beforeEach(() => {
    now = NOW;
    disk = new SmallDisk(64);
    acknowledged = 0;
  });
  afterEach(async () => {
    await store.close();
    disk.remove();
  });

  async function open(options: Partial<DuckDbStoreOptions>): Promise<void> {
    store = await openDuckDbStore({ folder: join(disk.folder, 'data'), now: () => now, ...options });
  }
  async function append(): Promise<void> {
    await store.appendEvents(numberedCloses(acknowledged, ROWS, NOW));
    acknowledged += ROWS;
  }
  /** Gives the error that ended it. */
  async function appendUntilRefused(): Promise<unknown> {
    for (;;) {
      try {
        await append();
      } catch (error) {
        return error;
      }
    }
  }
  const expectAll = async () => expect(await storedNumbers(store)).toEqual(range(0, acknowledged));

  it('in a commit: refuses rows while it lasts, goes on reading, recovers by itself, and loses nothing', async () => {
    await open({ reserveBytes: 0, checkpointBytes: 1_000 * MIB });
    await append();
    disk.fillUp(4);
    expect(await appendUntilRefused()).toMatchObject({ code: 'STORE_NO_SPACE' });
    await expectAll();
    await expect(store.appendEvents(numberedCloses(acknowledged, ROWS, NOW))).rejects.toMatchObject({
      code: 'STORE_NO_SPACE',
    });
    disk.makeRoom();
    await append();
    await expectAll();
    await store.close();
    await open({ reserveBytes: 0, checkpointBytes: 1_000 * MIB });
    await expectAll();
    expect(store.status().lostRows).toBe(0);
  });

  it('in a checkpoint: attaches the file again by itself, and loses nothing', async () => {
    await open({ reserveBytes: 0, checkpointBytes: 1_000 * MIB });
    for (let commit = 0; commit < 60; commit++) await append();
    await store.close();
    // The WAL is in the file now. A threshold of nothing makes every commit one with a checkpoint.
    await open({ reserveBytes: 0, checkpointBytes: 1 });
    await append();
    disk.fillUp(1);
    expect(await appendUntilRefused()).toMatchObject({ code: 'STORE_NO_SPACE' });
    const stored = await storedNumbers(store);
    expect(stored.slice(0, acknowledged)).toEqual(range(0, acknowledged));
    disk.makeRoom();
    await append();
    await expectAll();
    expect(store.status().state).toBe('ready');
  });

  it('in a checkpoint of the main file: attaches it again by itself, and keeps every verdict that it said it had', async () => {
    const random = mulberry32(7);
    const keep = (id: string) => {
      const document = { noise: Array.from({ length: 50_000 }, () => random().toString(36)).join('') };
      const verdict = {
        id,
        kind: 'payload_bug',
        status: 'open',
        service: 'gateway',
        environment: null,
        startedAt: NOW,
      };
      return store.keepVerdicts({ verdicts: [{ ...verdict, endedAt: null, document }], transitions: [], messages: [] });
    };
    await open({ reserveBytes: 0, checkpointBytes: 1 });
    await append();
    disk.fillUp(2);
    const kept: string[] = [];
    for (let error: unknown; error === undefined; ) {
      const id = `v${kept.length}`;
      await keep(id).then(
        () => kept.push(id),
        cause => {
          error = cause;
        },
      );
      if (error !== undefined) expect(error).toMatchObject({ code: 'STORE_NO_SPACE' });
    }
    const stored = async () => (await store.readVerdicts({})).map(({ id }) => id);
    expect(await stored()).toEqual(expect.arrayContaining(kept));
    disk.makeRoom();
    await keep('after');
    expect(await stored()).toEqual(expect.arrayContaining([...kept, 'after']));
    await append();
    await expectAll();
    expect(store.status().state).toBe('ready');
  });

  it('is not let come so far: rows are refused while a checkpoint still has room', async () => {
    await open({ reserveBytes: 24 * MIB, checkpointBytes: 4 * MIB });
    await append();
    disk.fillUp(26);
    expect(await appendUntilRefused()).toMatchObject({
      code: 'STORE_NO_SPACE',
      message: expect.stringContaining(`expected ${24 * MIB} bytes free for a commit, got `),
    });
    expect(store.status().state).toBe('no_space');
    await expectAll();
    disk.makeRoom();
    expect(store.status().state).toBe('ready');
    await append();
    await expectAll();
  });

  it('is not filled by rewriting a day, which happens when there is room', async () => {
    await open({ reserveBytes: 0 });
    for (let commit = 0; commit < 20; commit++) await append();
    await store.close();
    now += 4 * DAY_MS;
    disk.fillUp(24.5);
    const archive = { packAfterDays: 2, packedShare: Number.POSITIVE_INFINITY };
    await open({ reserveBytes: 24 * MIB, archive, upkeepMs: 5 });
    await expect.poll(() => store.status().failedUpkeep).toBeGreaterThan(0);
    expect(store.status().days).toMatchObject([{ form: 'closed', rows: acknowledged }, { form: 'live' }]);
    const files = readdirSync(join(disk.folder, 'data', 'days'));
    expect(files.filter(name => !name.endsWith('.wal'))).toEqual(['2026-11-23.duckdb', '2026-11-27.duckdb']);
    await append();
    disk.makeRoom();
    const forms = () => store.status().days.map(({ form }) => form);
    await expect.poll(forms, { timeout: 30_000 }).toEqual(['packed', 'live']);
    await expectAll();
  });

  // A day's file is 72 KiB when it is new.
  it.each(range(0, 24).map(step => step * 8))(
    'at the change of a day, with %i KiB left: the day begins when there is room, and nothing is lost',
    async kib => {
      await open({ reserveBytes: 0, checkpointBytes: 1_000 * MIB });
      await append();
      disk.fillUp(kib / 1024);
      now += DAY_MS;
      const refused = await append().catch(error => error);
      if (refused !== undefined) expect(refused).toMatchObject({ code: 'STORE_NO_SPACE' });
      disk.makeRoom();
      if (refused !== undefined) await append();
      await append();
      await expectAll();
      await store.close();
      await open({});
      await expectAll();
      expect(store.status()).toMatchObject({ lostRows: 0, days: [{ day: '2026-11-23' }, { day: '2026-11-24' }] });
    },
  );

  it('begins no day while rows are refused, and still takes away the days that are too old', async () => {
    await open({ reserveBytes: 24 * MIB, checkpointBytes: 4 * MIB, upkeepMs: 5, retention: { days: 1 } });
    await append();
    now += DAY_MS;
    await append();
    disk.fillUp(20);
    now += 3 * DAY_MS;
    await expect.poll(() => store.status().days.length).toBe(1);
    await store.close();
    // Its upkeep has had a whole round when it is closed again.
    await open({ reserveBytes: 24 * MIB, retention: { days: 1 } });
    await store.close();
    expect(readdirSync(join(disk.folder, 'data', 'days'))).toEqual(['2026-11-24.duckdb']);
    disk.makeRoom();
    await open({});
    expect(await storedNumbers(store)).toEqual(range(ROWS, 2 * ROWS));
    expect(store.status().lostRows).toBe(0);
  });
});
