import { CountSampler } from './count-sampler.ts';

/** Means are taken from a grid of 1 %, so that a season of many means needs few tables. */
const STEP = Math.log(1.01);

/** Samplers of one dispersion, by mean. */
export class SamplerCache {
  private readonly samplers = new Map<number, CountSampler>();
  private readonly dispersion: number;

  constructor(dispersion: number) {
    this.dispersion = dispersion;
  }

  /** Counts of about this mean; null for none at all. */
  of(mean: number): CountSampler | null {
    if (mean <= 0) return null;
    const place = Math.round(Math.log(mean) / STEP);
    let sampler = this.samplers.get(place);
    if (!sampler) {
      sampler = new CountSampler(Math.exp(place * STEP), this.dispersion);
      this.samplers.set(place, sampler);
    }
    return sampler;
  }
}
