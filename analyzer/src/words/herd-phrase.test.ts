import { describe, expect, it } from 'vitest';
import type { ReconnectHealth } from '../verdict.ts';
import { herdLines, usualPhrase } from './herd-phrase.ts';

function healthOf(facts: Partial<ReconnectHealth>): ReconnectHealth {
  const shares = { withinWindow: 1, early: 0, late: 0, neverBack: 0 };
  return { p50: 2, p95: 4, ...shares, peakPerSecond: 40, ...facts };
}

describe('how a wave’s clients spread their way back', () => {
  it('is said where they come as a herd that is large enough to hurt', () => {
    expect(herdLines(healthOf({ herdIndex: 3.62 }))).toEqual([
      'They come as a herd: the busiest second has 3.6 times the returns of an even spread.',
    ]);
    expect(herdLines(healthOf({ herdIndex: 3.62, peakPerSecond: 6 }))).toEqual([]);
    expect(herdLines(healthOf({ herdIndex: 1.4 }))).toEqual([]);
  });

  it('is said where they retry in step, with the distance that stands out most', () => {
    expect(herdLines(healthOf({ lockstep: { at1s: 0.1, at2s: 0.7, at4s: 0.5 } }))).toEqual([
      'They retry in step, every 2 s: their delays have no jitter.',
    ]);
    expect(herdLines(healthOf({ lockstep: { at1s: 0.1, at2s: 0.2, at4s: 0.1 } }))).toEqual([]);
  });

  it('is left out where nothing is known, as in verdicts of earlier versions', () => {
    expect(herdLines(healthOf({}))).toEqual([]);
    expect(herdLines(healthOf({ herdIndex: null, lockstep: null }))).toEqual([]);
  });

  it('has its peak beside the usual where it is more than twice that', () => {
    expect(usualPhrase(healthOf({ peakOverUsual: 40.2 }))).toBe(', 40 times what is usual');
    expect(usualPhrase(healthOf({ peakOverUsual: 1.4 }))).toBe('');
    expect(usualPhrase(healthOf({ peakOverUsual: null }))).toBe('');
  });
});
