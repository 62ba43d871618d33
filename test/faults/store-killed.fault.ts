import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';
import { openDuckDbStore } from '@closewatch/collector';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeSingleFileStore } from '../../collector/src/testdata/single-file-store.ts';
import { mulberry32 } from './mulberry32.ts';
import { range, storedNumbers } from './numbered-closes.ts';

const SEEDS = range(1, 9);
const MIGRATED_ROWS = 60_000;

/** Runs a store in a process of its own, kills it `delayMs` after `from`, and gives the last count that it had promised; -1 for none. */
async function promisedUntilKilled(
  folder: string,
  mode: string,
  from: 'start' | 'promise',
  delayMs: number,
): Promise<number> {
  const script = join(import.meta.dirname, 'store-that-dies.ts');
  const child = spawn(process.execPath, [script, folder, mode], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  let promised = -1;
  const lines = createInterface(child.stdout).on('line', line => {
    promised = Number(line);
  });
  if (from === 'promise') await once(lines, 'line');
  await setTimeout(delayMs);
  child.kill('SIGKILL');
  const [, signal] = await exited;
  expect(signal).toBe('SIGKILL');
  return promised;
}

describe('a store that is killed with SIGKILL', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'closewatch-kill-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** Everything that was promised is there, once, in order, and at most the one commit more that was under way. */
  async function expectPromised(promised: number, first: 'all' | 'some gone'): Promise<void> {
    const store = await openDuckDbStore({ folder, now: () => Date.parse('2030-01-01') });
    const numbers = await storedNumbers(store);
    if (first === 'all') expect(numbers[0] ?? 0).toBe(0);
    expect(numbers).toEqual(range(numbers[0] ?? 0, (numbers.at(-1) ?? -1) + 1));
    expect(numbers.length === 0 ? 0 : numbers.at(-1)! + 1).toBeGreaterThanOrEqual(promised);
    expect(store.status()).toMatchObject({ lostRows: 0, state: 'ready' });
    await store.close();
  }

  for (const mode of ['ingest', 'checkpoint', 'day change', 'retention']) {
    it.each(SEEDS)(
      `in ${mode}, at seed %i and again after that, keeps every acknowledged row, once and in order`,
      async seed => {
        const random = mulberry32(seed);
        let promised = 0;
        for (let life = 0; life < 3; life++) {
          promised = await promisedUntilKilled(folder, mode, 'promise', random() * 400);
        }
        expect(promised).toBeGreaterThanOrEqual(0);
        await expectPromised(promised, mode === 'retention' ? 'some gone' : 'all');
      },
    );
  }

  it.each(SEEDS)('in a migration, at seed %i, migrates the whole at the next start', async seed => {
    await makeSingleFileStore(folder, MIGRATED_ROWS, Date.parse('2026-11-22T20:00:00Z'));
    await promisedUntilKilled(folder, 'migration', 'start', 150 + mulberry32(seed)() * 1_200);
    await expectPromised(MIGRATED_ROWS, 'all');
  });
});
