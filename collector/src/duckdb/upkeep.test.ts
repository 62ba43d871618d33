import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { EventLog } from './event-log.ts';
import { Upkeep, type UpkeepOptions } from './upkeep.ts';

const EVERY_MS = 10_000;

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const NO_DAYS = { days: {}, database: {}, retention: {} } as unknown as Pick<
  UpkeepOptions,
  'days' | 'database' | 'retention'
>;

it('what fails on closed days waits for twice as many rounds each time, is said once, and goes on when it can', async () => {
  let isFull = true;
  const daysChanged = vi.fn(async () => {
    if (isFull) throw new Error('the disk is full');
  });
  const logger = { info: vi.fn(), error: vi.fn() };
  const log = { changeDay: async () => undefined, status: () => ({ days: [], bytes: 0 }) } as unknown as EventLog;
  const rewriteDays = vi.fn(async () => undefined);
  const upkeep = new Upkeep({ ...NO_DAYS, log, daysChanged, rewriteDays, now: () => 0, everyMs: EVERY_MS, logger });
  // In rounds 0, 3, 8 and 17.
  await vi.advanceTimersByTimeAsync(20 * EVERY_MS);
  expect(daysChanged).toHaveBeenCalledTimes(4);
  expect(upkeep.failures).toBe(4);
  expect(logger.error).toHaveBeenCalledOnce();
  expect(rewriteDays).not.toHaveBeenCalled();
  isFull = false;
  await vi.advanceTimersByTimeAsync(100 * EVERY_MS);
  expect(daysChanged).toHaveBeenCalledTimes(5);
  expect(upkeep.failures).toBe(4);
  await upkeep.stop();
});

it('retention goes on while a day is rewritten, one at a time, and a rewriting that fails is begun again later', async () => {
  const stored = { form: 'closed', bytes: 1 };
  let days = ['1970-01-01', '1970-01-02', '1970-01-03'].map(day => ({ ...stored, day }));
  const retire = vi.fn(async (day: string) => {
    days = days.filter(other => other.day !== day);
  });
  const log = {
    changeDay: async () => undefined,
    status: () => ({ days, bytes: days.length }),
    retire,
  } as unknown as EventLog;
  const rewritings: PromiseWithResolvers<void>[] = [];
  const rewriteDays = vi.fn(() => {
    rewritings.push(Promise.withResolvers<void>());
    return rewritings.at(-1)!.promise;
  });
  const logger = { info: vi.fn(), error: vi.fn() };
  const retention = { bytes: 3 };
  const dayFiles = { hasWal: () => false } as unknown as UpkeepOptions['days'];
  const rest = { ...NO_DAYS, days: dayFiles, retention, daysChanged: async () => undefined, now: () => 0 };
  const upkeep = new Upkeep({ ...rest, log, rewriteDays, everyMs: EVERY_MS, logger });
  await vi.advanceTimersByTimeAsync(EVERY_MS);
  expect(rewriteDays).toHaveBeenCalledOnce();
  retention.bytes = 2;
  await vi.advanceTimersByTimeAsync(EVERY_MS);
  expect(retire.mock.calls).toEqual([['1970-01-01']]);
  expect(rewriteDays).toHaveBeenCalledOnce();

  rewritings[0]!.reject(new Error('the disk is full'));
  await vi.advanceTimersByTimeAsync(2 * EVERY_MS);
  expect(rewriteDays).toHaveBeenCalledOnce();
  expect(upkeep.failures).toBe(1);
  expect(logger.error).toHaveBeenCalledOnce();
  await vi.advanceTimersByTimeAsync(EVERY_MS);
  expect(rewriteDays).toHaveBeenCalledTimes(2);

  let isStopped = false;
  const stopped = upkeep.stop().then(() => {
    isStopped = true;
  });
  await vi.advanceTimersByTimeAsync(EVERY_MS);
  expect(isStopped).toBe(false);
  rewritings[1]!.resolve();
  await stopped;
});
