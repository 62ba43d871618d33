export type {
  CloseInitiator,
  PayloadDefect,
  PayloadSignature,
  ReconnectMatch,
  ReconnectOutcome,
  Role,
} from '@closewatch/instrumentation/attributes';
export type { CloseEvent, EventKind } from './close-event.ts';
export { isPayloadBug } from './close-event.ts';
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
