/** As R's `stl(x, s.window = "periodic", robust = TRUE)` sets them. */
const OUTER = 15;

/**
 * The seasonal part of a series, one value for each place in the period: STL with a periodic season and robust weights. Cleveland, Cleveland, McRae, Terpenning 1990,
 * "STL: A seasonal-trend decomposition procedure based on loess". `series` has at least two periods.
 */
export function periodicSeason(series: readonly number[], period: number, outer = OUTER): number[] {
  const n = series.length;
  const trendWindow = nextOdd((1.5 * period) / (1 - 1.5 / (10 * n + 1)));
  const lowWindow = nextOdd(period);
  let weights: number[] | null = null;
  let trend = new Array<number>(n).fill(0);
  let seasonal: number[] = [];
  for (let round = 0; round <= outer; round++) {
    const cycle = cycleMeans(
      series.map((value, i) => value - trend[i]!),
      period,
      weights,
    );
    // One period more at both ends, as the moving averages that follow eat them.
    const extended = Array.from({ length: n + 2 * period }, (_, i) => cycle[i % period]!);
    const low = loess(movingAverage(movingAverage(movingAverage(extended, period), period), 3), lowWindow, null);
    seasonal = Array.from({ length: n }, (_, i) => extended[i + period]! - low[i]!);
    trend = loess(
      series.map((value, i) => value - seasonal[i]!),
      trendWindow,
      weights,
    );
    weights = robustWeights(series.map((value, i) => Math.abs(value - seasonal[i]! - trend[i]!)));
  }
  return cycleMeans(seasonal, period, null);
}

/** Weighted mean of each place in the period: what loess of degree 0 over a far wider window than the series comes to. */
function cycleMeans(values: readonly number[], period: number, weights: readonly number[] | null): number[] {
  return Array.from({ length: period }, (_, place) => {
    let [sum, weight] = [0, 0];
    for (let i = place; i < values.length; i += period) {
      sum += values[i]! * (weights?.[i] ?? 1);
      weight += weights?.[i] ?? 1;
    }
    return weight > 0 ? sum / weight : 0;
  });
}

function movingAverage(values: readonly number[], length: number): number[] {
  const averages: number[] = [];
  let sum = 0;
  for (let i = 0; i < values.length; i++) {
    sum += values[i]! - (i >= length ? values[i - length]! : 0);
    if (i >= length - 1) averages.push(sum / length);
  }
  return averages;
}

/** Loess of degree 1 at every tenth of a window, with straight lines between, as STL does for speed. */
function loess(values: readonly number[], window: number, weights: readonly number[] | null): number[] {
  const n = values.length;
  const jump = Math.max(1, Math.ceil(window / 10));
  const smooth = new Array<number>(n);
  let before = 0;
  for (let at = 0; ; at = Math.min(n - 1, at + jump)) {
    smooth[at] = loessAt(values, at, window, weights);
    for (let i = before + 1; i < at; i++)
      smooth[i] = smooth[before]! + ((smooth[at]! - smooth[before]!) * (i - before)) / (at - before);
    before = at;
    if (at === n - 1) return smooth;
  }
}

function loessAt(values: readonly number[], at: number, window: number, weights: readonly number[] | null): number {
  const n = values.length;
  const width = Math.min(window, n);
  const from = Math.max(0, Math.min(n - width, at - Math.floor((width - 1) / 2)));
  const to = from + width - 1;
  const reach = Math.max(at - from, to - at) + (window > n ? Math.floor((window - n) / 2) : 0);
  let [total, mean, level, slopeTop, slopeBottom] = [0, 0, 0, 0, 0];
  const own: number[] = [];
  for (let i = from; i <= to; i++) {
    const distance = Math.abs(i - at);
    const tricube = distance <= 0.999 * reach ? (distance > 0.001 * reach ? (1 - (distance / reach) ** 3) ** 3 : 1) : 0;
    const weight = tricube * (weights?.[i] ?? 1);
    own.push(weight);
    total += weight;
    mean += weight * i;
    level += weight * values[i]!;
  }
  if (total <= 0) return values[at]!;
  mean /= total;
  level /= total;
  for (let i = from; i <= to; i++) {
    slopeTop += own[i - from]! * (i - mean) * values[i]!;
    slopeBottom += own[i - from]! * (i - mean) ** 2;
  }
  if (Math.sqrt(slopeBottom / total) <= 0.001 * (n - 1)) return level;
  return level + ((at - mean) * slopeTop) / slopeBottom;
}

/** Bisquare of the residuals over six times their median. */
function robustWeights(residuals: readonly number[]): number[] {
  const sorted = [...residuals].sort((a, b) => a - b);
  const n = sorted.length;
  const reach = 3 * (sorted[Math.floor((n - 1) / 2)]! + sorted[Math.floor(n / 2)]!);
  return residuals.map(residual => {
    if (residual <= 0.001 * reach) return 1;
    return residual <= 0.999 * reach ? (1 - (residual / reach) ** 2) ** 2 : 0;
  });
}

function nextOdd(value: number): number {
  const whole = Math.ceil(value);
  return whole % 2 === 0 ? whole + 1 : whole;
}
