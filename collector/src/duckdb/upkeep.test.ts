import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { EventLog } from './event-log.ts';
import { Upkeep, type UpkeepOptions } from './upkeep.ts';

const EVERY_MS = 10_000;

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

it('what fails on closed days waits for twice as many rounds each time, is said once, and goes on when it can', async () => {
  let isFull = true;
  const daysChanged = vi.fn(async () => {
    if (isFull) throw new Error('the disk is full');
  });
  const logger = { info: vi.fn(), error: vi.fn() };
  const log = { changeDay: async () => undefined, status: () => ({ days: [], bytes: 0 }) } as unknown as EventLog;
  const rest = { days: {}, database: {}, retention: {} } as unknown as Pick<
    UpkeepOptions,
    'days' | 'database' | 'retention'
  >;
  const upkeep = new Upkeep({ ...rest, log, daysChanged, now: () => 0, everyMs: EVERY_MS, logger });
  // In rounds 0, 3, 8 and 17.
  await vi.advanceTimersByTimeAsync(20 * EVERY_MS);
  expect(daysChanged).toHaveBeenCalledTimes(4);
  expect(upkeep.failures).toBe(4);
  expect(logger.error).toHaveBeenCalledOnce();
  isFull = false;
  await vi.advanceTimersByTimeAsync(100 * EVERY_MS);
  expect(daysChanged).toHaveBeenCalledTimes(5);
  expect(upkeep.failures).toBe(4);
  await upkeep.stop();
});
