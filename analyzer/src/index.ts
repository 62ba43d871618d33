export type { Channel } from './alert/channel.ts';
export { createWebhookDelivery, type WebhookDelivery, type WebhookDeliveryParts } from './alert/webhook-delivery.ts';
export type {
  Analyzer,
  DeployBand,
  SeriesBin,
  SeriesQuery,
  ServiceSummary,
  VerdictEvent,
  VerdictEventType,
} from './analyzer.ts';
export { type BacktestAlarm, backtest } from './backtest/backtest.ts';
export { backtestSettings } from './backtest/backtest-settings.ts';
export { type CountSeries, CountsError } from './backtest/count-series.ts';
export { countsFromCsv } from './backtest/counts-from-csv.ts';
export { countsFromPrometheus } from './backtest/counts-from-prometheus.ts';
export { closeCodeText } from './codes/close-code-text.ts';
export type { CloseCodeText } from './codes/close-codes.ts';
export {
  cloneRate,
  forgetChange,
  freshRate,
  type LeftOut,
  passRate,
  type RateBin,
  type RateOutcome,
  type RateState,
  stepRate,
} from './detect/rate-detector.ts';
export {
  type Change,
  likeliest,
  RATIOS as CHANGE_RATIOS,
  WEIGHTS as CHANGE_WEIGHTS,
} from './detect/rate-mixture.ts';
export { type KnownBaseline, type RateSettings, rateSettings } from './detect/rate-settings.ts';
export { cloneWatch, freshWatch, passWatch, type RateAlarm, type RateWatch, stepWatch } from './detect/rate-watch.ts';
export { createEngine, type Engine } from './engine/engine.ts';
export type { AnalyzerSettings } from './engine/settings.ts';
export { ANALYZED_FIELDS, type AnalyzedEvent } from './facts/analyzed-event.ts';
export { type AnalyzerOptions, createAnalyzer } from './live.ts';
export { type ReconnectStep, reconnectCurve } from './reconnect/reconnect-curve.ts';
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
  VerdictWave,
} from './verdict.ts';
export { phraseOf } from './words/payload-phrase.ts';
