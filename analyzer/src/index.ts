export type {
  Analyzer,
  DeployBand,
  SeriesBin,
  SeriesQuery,
  ServiceSummary,
  VerdictEvent,
  VerdictEventType,
} from './analyzer.ts';
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
