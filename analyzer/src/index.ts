export type {
  Analyzer,
  DeployBand,
  SeriesBin,
  SeriesQuery,
  ServiceSummary,
  VerdictEvent,
  VerdictEventType,
} from './analyzer.ts';
export { DETECT_DEFAULTS, type DetectSettings } from './detect/settings.ts';
export { createEngine, type Engine } from './engine/engine.ts';
export { DEFAULT_ENGINE_SETTINGS, type EngineSettings } from './engine/settings.ts';
export { type Reconciled, reconcile } from './reconcile.ts';
export { replay } from './replay.ts';
export type {
  CohortTerm,
  ReconnectHealth,
  Severity,
  Verdict,
  VerdictDeploy,
  VerdictKind,
  VerdictPayload,
  VerdictStatus,
} from './verdict.ts';
export { DEFAULT_WAVE_SETTINGS, type WaveSettings } from './wave.ts';
