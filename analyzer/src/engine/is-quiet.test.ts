import { describe, expect, it } from 'vitest';
import { ServiceBins } from '../facts/service-bins.ts';
import { isQuiet } from './is-quiet.ts';

const NOW = Date.parse('2026-11-23T11:00:00Z');
const minutesAgo = (minutes: number) => NOW - minutes * 60_000;
/** 25 hours in which 100 closes were expected: one in a quarter of an hour. */
const BUG = {
  kind: 'payload_bug',
  startedAt: new Date(minutesAgo(1_500)).toISOString(),
  expected: 100,
} as const;

function binsWithBugs(...times: number[]): ServiceBins {
  const bins = new ServiceBins();
  for (const [index, time] of times.entries())
    bins.changing(time)!.bugs.set(`${index}`, { id: `${index}`, client: 'one', time, weight: 1, trusted: true });
  return bins;
}

describe('whether the facts speak for the end of a verdict', () => {
  it('they do after a quarter of an hour with no more bugs than expected', () => {
    expect(isQuiet(BUG, binsWithBugs(minutesAgo(16), minutesAgo(16), minutesAgo(3)), minutesAgo(60), NOW)).toBe(true);
  });

  it('they do not while there are more', () => {
    expect(isQuiet(BUG, binsWithBugs(minutesAgo(14), minutesAgo(3)), minutesAgo(60), NOW)).toBe(false);
  });

  it('they do not where they begin within the quarter of an hour', () => {
    expect(isQuiet(BUG, binsWithBugs(), minutesAgo(14), NOW)).toBe(false);
    expect(isQuiet({ ...BUG, kind: 'deploy_wave' }, binsWithBugs(), minutesAgo(14), NOW)).toBe(false);
    expect(isQuiet(BUG, null, Number.POSITIVE_INFINITY, NOW)).toBe(false);
  });

  it('they do for a wave that nobody recognises, and for a service that is not heard', () => {
    const bins = binsWithBugs(minutesAgo(14), minutesAgo(3));
    expect(isQuiet({ ...BUG, kind: 'deploy_wave' }, bins, minutesAgo(60), NOW)).toBe(true);
    expect(isQuiet(BUG, null, minutesAgo(60), NOW)).toBe(true);
  });
});
