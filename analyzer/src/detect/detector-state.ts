import { cloneExposure, type ExposureState, noExposure } from './exposure.ts';
import { cloneIncident, type IncidentState } from './incident-state.ts';
import { freshPopulation, type PopulationState } from './population.ts';
import { cloneRate, freshRate, type RateState } from './rate-detector.ts';
import type { RateSettings } from './rate-settings.ts';

/** All that the detector carries from one bin to the next: small, and copied as a whole. */
export interface DetectorState {
  /** Number of the bin that comes next. */
  bin: number;
  exposure: ExposureState;
  population: PopulationState;
  rate: RateState;
  trailingSick: number;
  trailingMean: number;
  /** The incident that runs, or ended less than an hour ago. */
  incident: IncidentState | null;
  /** Those before it, never changed again. */
  past: readonly IncidentState[];
}

export function freshState(bin: number, settings: RateSettings): DetectorState {
  return {
    bin,
    exposure: noExposure(),
    population: freshPopulation(),
    rate: freshRate(settings),
    trailingSick: 0,
    trailingMean: 0,
    incident: null,
    past: [],
  };
}

export function cloneState(state: DetectorState): DetectorState {
  return {
    ...state,
    exposure: cloneExposure(state.exposure),
    population: state.population.slice(),
    rate: cloneRate(state.rate),
    incident: state.incident && cloneIncident(state.incident),
  };
}
