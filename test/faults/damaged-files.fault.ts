import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDuckDbStore, type Store, StoreError } from '@closewatch/collector';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { mulberry32 } from './mulberry32.ts';
import { numberedCloses, range, storedNumbers } from './numbered-closes.ts';

const NOON = Date.parse('2026-11-23T12:00:00Z');
const DAY_MS = 86_400_000;
const ROWS = 5_000;
const SEEDS = range(1, 13);

/** What the folder holds: a day that is in its file, and one that is in its WAL, as is the verdict. */
const FILES = [
  'closewatch.duckdb',
  'closewatch.duckdb.wal',
  'days/2026-11-23.duckdb',
  'days/2026-11-24.duckdb',
  'days/2026-11-24.duckdb.wal',
  'high-water-mark',
];

const VERDICT = { id: 'v1', kind: 'payload_bug', status: 'open', service: 'gateway', environment: null };
const CHANGES = {
  verdicts: [{ ...VERDICT, startedAt: NOON, endedAt: null, document: { id: 'v1' } }],
  transitions: [{ verdictId: 'v1', type: 'verdict.opened', at: NOON, document: {} }],
  messages: [],
};

describe('a data folder of which a file is damaged', () => {
  let whole: string;
  let folder: string;
  const now = () => NOON + DAY_MS;
  beforeAll(async () => {
    const lived = mkdtempSync(join(tmpdir(), 'closewatch-'));
    whole = mkdtempSync(join(tmpdir(), 'closewatch-whole-'));
    const first = await openDuckDbStore({ folder: lived, now: () => NOON });
    await first.appendEvents(numberedCloses(0, ROWS, NOON));
    await first.close();
    const second = await openDuckDbStore({ folder: lived, now });
    await second.appendEvents(numberedCloses(ROWS, ROWS, NOON + DAY_MS));
    await second.keepVerdicts(CHANGES);
    cpSync(lived, whole, { recursive: true });
    await second.close();
    rmSync(lived, { recursive: true });
    expect(readdirSync(whole, { recursive: true })).toEqual(expect.arrayContaining(FILES));
  });
  afterAll(() => rmSync(whole, { recursive: true }));
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'closewatch-damaged-'));
    cpSync(whole, folder, { recursive: true });
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** Everything, or an error, or a loud loss: never less in silence, and never another row than was stored. */
  async function expectTruth(file: string): Promise<void> {
    const logger = { info: vi.fn(), error: vi.fn() };
    let store: Store;
    try {
      store = await openDuckDbStore({ folder, now, logger });
    } catch (error) {
      expect(error).toBeInstanceOf(StoreError);
      expect(error).toMatchObject({ code: 'STORE_UNREADABLE', message: expect.stringContaining(join(folder, file)) });
      expect(statSync(join(folder, file)).isFile()).toBe(true);
      return;
    }
    try {
      const numbers = await storedNumbers(store);
      const verdicts = await store.readVerdicts({});
      const isWhole = numbers.length === 2 * ROWS && verdicts.length === 1;
      expect(isWhole || logger.error.mock.calls.length > 0).toBe(true);
      expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
      expect(new Set(numbers).size).toBe(numbers.length);
      expect(numbers.every(number => number >= 0 && number < 2 * ROWS)).toBe(true);
      expect(store.status().lostRows).toBe(2 * ROWS - numbers.length);
    } catch (error) {
      expect((error as Error).message).toMatch(/[Cc]hecksum|[Cc]orrupt|invalid|IO Error|Serialization|FATAL|INTERNAL/);
    } finally {
      await store.close();
    }
  }

  for (const file of FILES) {
    it.each(SEEDS)(
      `by a bit of ${file} that flips, at seed %i, is refused by name, or gives what was stored or says what is lost`,
      async seed => {
        const bytes = readFileSync(join(folder, file));
        const bit = Math.floor(mulberry32(seed)() * bytes.length * 8);
        bytes[bit >>> 3]! ^= 1 << (bit & 7);
        writeFileSync(join(folder, file), bytes);
        await expectTruth(file);
      },
    );

    it.each(SEEDS)(
      `by ${file} being cut short, at seed %i, is refused by name, or gives what was stored or says what is lost`,
      async seed => {
        const { size } = statSync(join(folder, file));
        truncateSync(join(folder, file), Math.floor(mulberry32(seed)() * size));
        await expectTruth(file);
      },
    );
  }

  it('is opened by one of two collectors, and refused to the other', async () => {
    const store = await openDuckDbStore({ folder, now });
    await expect(openDuckDbStore({ folder, now })).rejects.toMatchObject({ code: 'STORE_FOLDER_IN_USE' });
    expect(await storedNumbers(store)).toEqual(range(0, 2 * ROWS));
    await store.close();
  });
});
