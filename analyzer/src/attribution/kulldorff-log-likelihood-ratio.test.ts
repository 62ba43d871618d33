import { expect, it } from 'vitest';
import { kulldorffLogLikelihoodRatio } from './kulldorff-log-likelihood-ratio.ts';

it('is the log of the likelihood inside and outside against the same rate everywhere', () => {
  expect(kulldorffLogLikelihoodRatio(10, 5, 20)).toBeCloseTo(2.876820724517809, 12);
});

it('is 0 where there are no more cases than expected, and finite where all are inside', () => {
  expect(kulldorffLogLikelihoodRatio(4, 5, 20)).toBe(0);
  expect(kulldorffLogLikelihoodRatio(20, 5, 20)).toBeCloseTo(27.725887222397812, 12);
});
