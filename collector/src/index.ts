export type {
  CloseInitiator,
  PayloadDefect,
  PayloadSignature,
  ReconnectMatch,
  ReconnectOutcome,
  Role,
} from '@closewatch/instrumentation/attributes';
export { EventBatch } from './batch/event-batch.ts';
export type { CloseEvent, EventKind } from './close-event.ts';
export { isPayloadBug } from './close-event.ts';
export { attributeOf, COLUMNS, PLACE, SPAN_FIELDS } from './columns.ts';
export { closeEventsFromParquet } from './duckdb/close-events-from-parquet.ts';
export { eventBatchesFromParquet } from './duckdb/event-batches-from-parquet.ts';
export { type DuckDbStoreOptions, openDuckDbStore } from './duckdb/open-duckdb-store.ts';
export type { ExportQuery } from './export-query.ts';
export type { GaugeSample } from './gauge-sample.ts';
export { type IngestTally, newIngestTally, type UnusableReason } from './ingest-tally.ts';
export type { KeptBaseline } from './kept-baseline.ts';
export { closeEventsFromOtlpLine } from './otlp/close-events-from-otlp-line.ts';
export { type Convention, DEFAULT_CONVENTIONS } from './otlp/convention.ts';
export type { DistinctValueLimits } from './otlp/distinct-values.ts';
export { UNKNOWN_SERVICE } from './otlp/event-rows.ts';
export { eventTime } from './otlp/event-time.ts';
export { MalformedRequestError } from './otlp/malformed-request-error.ts';
export { OtlpLineReader } from './otlp/otlp-line-reader.ts';
export { otlpLinesFromEvents } from './otlp/otlp-lines-from-events.ts';
export { type OtlpEncoding, RequestDecoder, type RequestDecoderOptions } from './otlp/request-decoder.ts';
export type { IngestAccess, IngestToken, PublicToken } from './receiver/access/ingest-access.ts';
export { isAllowedHost } from './receiver/allowed-host.ts';
export type { CollectorCounters } from './receiver/collector-counters.ts';
export type { CollectorLimits, CollectorOptions, CollectorPhase } from './receiver/collector-options.ts';
export { type Collector, createCollector } from './receiver/create-collector.ts';
export type { TlsFiles } from './receiver/tls.ts';
export type {
  AppendOutcome,
  CloseQuery,
  DeliveryOutcome,
  DeployMarker,
  DueMessage,
  EventPage,
  OutboxEntry,
  OutboxMessage,
  Store,
  VerdictChanges,
  VerdictQuery,
  VerdictRecord,
  VerdictTransition,
} from './store.ts';
export { APPEND_ROWS } from './store.ts';
export { StoreError, type StoreErrorCode } from './store-error.ts';
export type {
  BreakdownQuery,
  BreakdownRow,
  CohortField,
  CohortFilter,
  CohortValue,
  StoryQuery,
  WindowCounts,
  WindowField,
  WindowQuery,
  WindowValues,
} from './window-query.ts';
