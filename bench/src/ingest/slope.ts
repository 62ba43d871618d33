/**
 * Slope of the straight line that fits points best by least squares: Σ(x−x̄)(y−ȳ) / Σ(x−x̄)².
 * Source: https://en.wikipedia.org/wiki/Simple_linear_regression
 *
 * @example slopeOf([[0, 1], [1, 3], [2, 5]]) // 2
 */
export function slopeOf(points: readonly (readonly [number, number])[]): number {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [meanX, meanY] = [mean(points.map(([x]) => x)), mean(points.map(([, y]) => y))];
  let products = 0;
  let squares = 0;
  for (const [x, y] of points) {
    products += (x - meanX) * (y - meanY);
    squares += (x - meanX) ** 2;
  }
  return products / squares;
}
