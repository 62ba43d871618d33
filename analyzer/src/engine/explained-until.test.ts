import { expect, it } from 'vitest';
import type { IncidentState } from '../detect/incident-state.ts';
import { BIN } from '../facts/limits.ts';
import { ServiceBins } from '../facts/service-bins.ts';
import { explainedUntil } from './explained-until.ts';

/** One bug a second from bin 1,000 on, and the incident of them. */
function after(count: number, facts: Partial<IncidentState> = {}): number {
  const bins = new ServiceBins();
  for (let index = 0; index < count; index++) {
    const time = (1_000 + index) * BIN;
    bins.changing(time)!.bugs.set(`${index}`, { id: `${index}`, client: `${index}`, time, weight: 1, trusted: true });
  }
  const incident = { startedAt: 1_000 * BIN, lastBugExplained: 1_000 + count - 1, endedIn: null, ...facts };
  return explainedUntil(bins, incident as IncidentState) / BIN - 1_000;
}

it('an incident is explained anew at each of its first bugs, then at each tenth more, and once it is over by all of them', () => {
  expect([3, 4, 31, 32].map(count => after(count))).toEqual([3, 4, 31, 32]);
  expect([33, 34, 35, 36, 37, 38, 39].map(count => after(count))).toEqual([32, 32, 32, 36, 36, 36, 39]);
  const looked = Array.from({ length: 869 }, (_, index) => after(index + 32));
  expect(new Set(looked).size).toBeLessThan(40);
  expect(looked.every((until, index) => until <= index + 32 && until * 1.1 >= index + 31)).toBe(true);
  expect(after(37, { endedIn: 1_940 })).toBe(37);
});
