import { describe, expect, it } from 'vitest';
import { ServiceBins } from '../facts/service-bins.ts';
import { peakOverUsual } from './usual-peak.ts';

const STARTED = 10_000_000;
const reconnect = { p50: 2, p95: 4, withinWindow: 1, early: 0, late: 0, neverBack: 0, peakPerSecond: 60 };
const wave = { startedAt: STARTED, endedAt: STARTED + 60_000, instances: [], reconnect };

/** A service of so many seconds with so many opens in each. */
function binsOf(seconds: number, opens: number): ServiceBins {
  const bins = new ServiceBins();
  bins.speak(STARTED - seconds * 1000, 'a', 1);
  for (let second = 1; second <= seconds; second++) bins.changing(STARTED - second * 1000)!.opens = opens;
  return bins;
}

describe('peakOverUsual', () => {
  it('is the peak over the median second of the hour before', () => {
    expect(peakOverUsual(wave, binsOf(3_600, 3))).toBe(20);
    const bins = binsOf(3_600, 3);
    for (let second = 1; second <= 300; second++) bins.changing(STARTED - second * 1000)!.opens = 500;
    expect(peakOverUsual(wave, bins)).toBe(20);
  });

  it('takes a usual second to have one open at least', () => {
    expect(peakOverUsual(wave, binsOf(3_600, 0))).toBe(60);
  });

  it('is unknown where less than ten minutes came before, and for waves that outlive the memory of what was before', () => {
    expect(peakOverUsual(wave, binsOf(599, 3))).toBeNull();
    expect(peakOverUsual(wave, binsOf(600, 3))).toBe(20);
    expect(peakOverUsual({ ...wave, endedAt: STARTED + 1_800_001 }, binsOf(3_600, 3))).toBeNull();
  });
});
