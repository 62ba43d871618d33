import { type Baseline, cloneBaseline, freshBaseline } from './baseline.ts';
import { cloneExposure, type ExposureState, noExposure } from './exposure.ts';
import { cloneIncident, type IncidentState } from './incident-state.ts';
import { freshMixture, type MixtureComponent } from './mixture.ts';
import { freshPopulation, type PopulationState } from './population.ts';

/** All that the detector carries from one bin to the next: small, and copied as a whole. */
export interface DetectorState {
  /** Number of the bin that comes next. */
  bin: number;
  exposure: ExposureState;
  population: PopulationState;
  baseline: Baseline;
  /** Number of the first bin that is not learnt yet. */
  learntTo: number;
  mixture: MixtureComponent[];
  trailingSick: number;
  trailingMean: number;
  /** The incident that runs, or ended less than an hour ago. */
  incident: IncidentState | null;
  /** Those before it, never changed again. */
  past: readonly IncidentState[];
}

export function freshState(bin: number): DetectorState {
  return {
    bin,
    exposure: noExposure(),
    population: freshPopulation(),
    baseline: freshBaseline(),
    learntTo: bin,
    mixture: freshMixture(bin),
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
    baseline: cloneBaseline(state.baseline),
    mixture: state.mixture.map(component => ({ ...component })),
    incident: state.incident && cloneIncident(state.incident),
  };
}
