import { expect, it } from 'vitest';
import { type Part, startInOrder } from './start-in-order.ts';

function recorded(log: string[], name: string, fail?: 'start' | 'stop'): Part {
  const step = (what: 'start' | 'stop') => async () => {
    log.push(`${what} ${name}`);
    if (fail === what) throw new Error(`${name} can't ${what}`);
  };
  return { name, start: step('start'), stop: step('stop') };
}

it('starts in order and stops in reverse', async () => {
  const log: string[] = [];
  const stop = await startInOrder([recorded(log, 'store'), recorded(log, 'collector')]);
  await stop();
  expect(log).toEqual(['start store', 'start collector', 'stop collector', 'stop store']);
});

it('rolls back what had started when a part fails, and tells the first failure', async () => {
  const log: string[] = [];
  const parts = [recorded(log, 'store', 'stop'), recorded(log, 'collector'), recorded(log, 'dashboard', 'start')];
  await expect(startInOrder(parts)).rejects.toThrow("dashboard can't start");
  expect(log).toEqual(['start store', 'start collector', 'start dashboard', 'stop collector', 'stop store']);
});

it('goes on stopping where one part cannot be stopped, and tells of it', async () => {
  const log: string[] = [];
  const stop = await startInOrder([recorded(log, 'store'), recorded(log, 'collector', 'stop')]);
  await expect(stop()).rejects.toThrow('could not stop 1 part(s)');
  expect(log.at(-1)).toBe('stop store');
});
