/**
 * Kulldorff's scan statistic for one candidate under the Poisson model: how much more likely `cases` of `totalCases` are
 * when the rate inside differs from the one outside than when it is the same everywhere, as a natural logarithm. 0 where
 * there are no more cases inside than `expected`. Kulldorff 1997, "A spatial scan statistic", Communications in
 * Statistics 26(6), 1481-1496, https://www.satscan.org/papers/k-cstm1997.pdf
 *
 *     kulldorffLogLikelihoodRatio(10, 5, 20) // 10 ln 2 + 10 ln(2/3) = 2.8768
 */
export function kulldorffLogLikelihoodRatio(cases: number, expected: number, totalCases: number): number {
  if (cases <= expected) return 0;
  const outside = totalCases - cases;
  const expectedOutside = totalCases - expected;
  const inside = cases * Math.log(cases / expected);
  return outside <= 0 ? inside : inside + outside * Math.log(outside / expectedOutside);
}
