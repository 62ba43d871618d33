/** A Poisson count whose mean is itself Gamma distributed: variance over mean is `dispersion`. */
export function negativeBinomial(random: () => number, mean: number, dispersion: number): number {
  if (dispersion <= 1) return poisson(random, mean);
  return poisson(random, gamma(random, mean / (dispersion - 1)) * (dispersion - 1));
}

function poisson(random: () => number, mean: number): number {
  if (mean > 30) return poisson(random, mean / 2) + poisson(random, mean / 2);
  let count = 0;
  for (let product = random(); product > Math.exp(-mean); product *= random()) count++;
  return count;
}

/** Marsaglia and Tsang's method, with unit scale; shapes below 1 by the power of a uniform. */
function gamma(random: () => number, shape: number): number {
  if (shape < 1) return gamma(random, shape + 1) * random() ** (1 / shape);
  const d = shape - 1 / 3;
  for (;;) {
    const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    const cube = (1 + normal / Math.sqrt(9 * d)) ** 3;
    if (cube > 0 && Math.log(1 - random()) < 0.5 * normal ** 2 + d - d * cube + d * Math.log(cube)) return d * cube;
  }
}
