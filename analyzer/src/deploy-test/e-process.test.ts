import { describe, expect, it } from 'vitest';
import { randomFrom } from '../event.fixture.ts';
import { afterEvent, eValue, freshEProcess } from './e-process.ts';

/** The largest e-value on the way through `events` draws, the new version's probability of each being `chance` at a share of the exposure. */
function largest(random: () => number, { events, share, chance }: { events: number; share: number; chance: number }) {
  const process = freshEProcess();
  let most = 1;
  for (let event = 0; event < events; event++) {
    afterEvent(process, { isNew: random() < chance, share }, 1);
    most = Math.max(most, eValue(process));
  }
  return most;
}

describe('the e-process of a new version', () => {
  it('has a mean of exactly 1 after an event under equal rates, at any share', () => {
    for (const share of [0.01, 0.3, 0.5, 0.99]) {
      const [onNew, onOld] = [true, false].map(isNew => {
        const process = freshEProcess();
        afterEvent(process, { isNew, share }, 1);
        return eValue(process);
      });
      expect(share * onNew! + (1 - share) * onOld!).toBeCloseTo(1, 12);
    }
  });

  it('multiplies by the likelihood ratio, averaged over the rate ratios', () => {
    const process = freshEProcess();
    afterEvent(process, { isNew: true, share: 0.5 }, 1);
    const ratios = [1.5, 2, 3, 5, 10, 30, 100, 1_000].map(ratio => ratio / (0.5 + 0.5 * ratio));
    expect(eValue(process)).toBeCloseTo(ratios.reduce((sum, ratio) => sum + ratio, 0) / 8, 12);
  });

  it('reaches 20 in at most one of twenty histories of equal rates, looked at after each event', () => {
    const random = randomFrom(1);
    const reached = Array.from({ length: 1_000 }, () => largest(random, { events: 300, share: 0.4, chance: 0.4 }));
    expect(reached.filter(most => most >= 20).length).toBeLessThanOrEqual(50);
  });

  it('reaches 2,400 within 16 events where all come from half of the exposure, and within 6 from a tenth', () => {
    const random = randomFrom(1);
    expect(largest(random, { events: 16, share: 0.5, chance: 1 })).toBeGreaterThan(2_400);
    expect(largest(random, { events: 6, share: 0.1, chance: 1 })).toBeGreaterThan(2_400);
  });

  it('does not mind a version that has fewer', () => {
    const random = randomFrom(1);
    expect(largest(random, { events: 1_000, share: 0.5, chance: 0.1 })).toBeLessThan(20);
  });

  it('counts a clump of two as one where an event weighs a half', () => {
    const [whole, halves] = [freshEProcess(), freshEProcess()];
    afterEvent(whole, { isNew: true, share: 0.2 }, 1);
    afterEvent(halves, { isNew: true, share: 0.2 }, 0.5);
    afterEvent(halves, { isNew: true, share: 0.2 }, 0.5);
    expect(eValue(halves)).toBeCloseTo(eValue(whole), 12);
  });
});
