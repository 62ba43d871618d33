/** A fitted quasi-Poisson regression with a log link. */
export interface QuasiPoissonFit {
  coefficients: number[];
  fitted: number[];
  /** Leverage of each observation. */
  hat: number[];
  /** Pearson's statistic over its degrees of freedom. */
  dispersion: number;
  /** Inverse of X'WX: covariance of the coefficients over the dispersion. */
  covariance: number[][];
}

/** As R's glm.control. */
const MOST_STEPS = 25;
const PRECISION = 1e-8;

/**
 * Fits log E(y) = X b by iteratively reweighted least squares, as R's `glm(..., family = quasipoisson)` does. `rows` are the rows of X, `weights` prior weights.
 * Returns null where it does not converge. https://en.wikipedia.org/wiki/Iteratively_reweighted_least_squares
 */
export function fitQuasiPoisson(
  response: readonly number[],
  rows: readonly (readonly number[])[],
  weights?: readonly number[],
): QuasiPoissonFit | null {
  const width = rows[0]!.length;
  let fitted = response.map(count => count + 0.1);
  let deviance = Number.POSITIVE_INFINITY;
  for (let step = 0; step < MOST_STEPS; step++) {
    const { normal, right } = normalEquations(response, rows, fitted, weights);
    const covariance = inverse(normal);
    if (covariance === null) return null;
    const coefficients = covariance.map(row => dot(row, right));
    fitted = rows.map(row => Math.exp(dot(row, coefficients)));
    const next = devianceOf(response, fitted, weights);
    if (!Number.isFinite(next)) return null;
    if (Math.abs(next - deviance) / (Math.abs(next) + 0.1) < PRECISION)
      return finish(response, rows, fitted, coefficients, weights, width);
    deviance = next;
  }
  return null;
}

function finish(
  response: readonly number[],
  rows: readonly (readonly number[])[],
  fitted: number[],
  coefficients: number[],
  weights: readonly number[] | undefined,
  width: number,
): QuasiPoissonFit | null {
  const covariance = inverse(normalEquations(response, rows, fitted, weights).normal);
  if (covariance === null) return null;
  let pearson = 0;
  const hat = rows.map((row, i) => {
    const weight = weights?.[i] ?? 1;
    pearson += (weight * (response[i]! - fitted[i]!) ** 2) / fitted[i]!;
    return weight * fitted[i]! * quadratic(covariance, row);
  });
  return { coefficients, fitted, hat, dispersion: pearson / (response.length - width), covariance };
}

/** x' C x. */
export function quadratic(matrix: readonly (readonly number[])[], x: readonly number[]): number {
  return x.reduce((sum, value, i) => sum + value * dot(matrix[i]!, x), 0);
}

function normalEquations(
  response: readonly number[],
  rows: readonly (readonly number[])[],
  fitted: readonly number[],
  weights: readonly number[] | undefined,
) {
  const width = rows[0]!.length;
  const normal = Array.from({ length: width }, () => new Array<number>(width).fill(0));
  const right = new Array<number>(width).fill(0);
  for (const [i, row] of rows.entries()) {
    const mean = fitted[i]!;
    const weight = (weights?.[i] ?? 1) * mean;
    const working = Math.log(mean) + (response[i]! - mean) / mean;
    for (let a = 0; a < width; a++) {
      if (row[a] === 0) continue;
      right[a]! += weight * row[a]! * working;
      for (let b = 0; b < width; b++) normal[a]![b]! += weight * row[a]! * row[b]!;
    }
  }
  return { normal, right };
}

function devianceOf(response: readonly number[], fitted: readonly number[], weights: readonly number[] | undefined) {
  return response.reduce((sum, count, i) => {
    const mean = fitted[i]!;
    const term = count === 0 ? mean : count * Math.log(count / mean) - (count - mean);
    return sum + 2 * (weights?.[i] ?? 1) * term;
  }, 0);
}

/** By Gauss and Jordan with pivots; null where the matrix has no inverse. */
function inverse(matrix: readonly (readonly number[])[]): number[][] | null {
  const size = matrix.length;
  const work = matrix.map((row, i) => [...row, ...row.map((_, j) => (i === j ? 1 : 0))]);
  for (let column = 0; column < size; column++) {
    let pivot = column;
    for (let row = column + 1; row < size; row++)
      if (Math.abs(work[row]![column]!) > Math.abs(work[pivot]![column]!)) pivot = row;
    const top = work[pivot]![column]!;
    if (!(Math.abs(top) > 1e-300)) return null;
    [work[column], work[pivot]] = [work[pivot]!, work[column]!];
    work[column] = work[column]!.map(value => value / top);
    for (let row = 0; row < size; row++) {
      const factor = work[row]![column]!;
      if (row !== column && factor !== 0) work[row] = work[row]!.map((value, j) => value - factor * work[column]![j]!);
    }
  }
  return work.map(row => row.slice(size));
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, i) => sum + value * b[i]!, 0);
}
