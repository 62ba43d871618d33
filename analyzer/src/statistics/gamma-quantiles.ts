import { gammaQuantile } from './gamma-quantile.ts';

/** Shapes are rounded up to powers of this: a tenth of a per cent. */
const STEP = Math.log(1.001);

/**
 * One quantile of Gamma(shape, 1) variables, looked up instead of worked out: see `gammaQuantile`. Shapes are rounded up on a grid
 * of 0.1 %, so a shape from 0.5 to a million has at most 14,500 entries. It only remembers: what it returns does not depend on
 * what it was asked before.
 *
 * @example new GammaQuantiles(0.9).of(0.5) // 1.3529, gammaQuantile(0.9, 0.5, 1) being 1.3528
 */
export class GammaQuantiles {
  private readonly probability: number;
  private readonly known = new Map<number, number>();

  constructor(probability: number) {
    this.probability = probability;
  }

  of(shape: number): number {
    const place = Math.ceil(Math.log(shape) / STEP - 1e-9);
    let quantile = this.known.get(place);
    if (quantile === undefined) {
      quantile = gammaQuantile(this.probability, Math.exp(place * STEP), 1);
      this.known.set(place, quantile);
    }
    return quantile;
  }
}
