import type { CloseEvent } from '@closewatch/collector';

/** What the analyzer reads of a row. What is not named here is neither read from the disk nor kept in memory. */
export const ANALYZED_FIELDS = [
  'kind',
  'spanId',
  'parentSpanId',
  'linkedSpanId',
  'time',
  'receivedAt',
  'failed',
  'weight',
  'trusted',
  'service',
  'serviceVersion',
  'instance',
  'environment',
  'region',
  'role',
  'connectionId',
  'urlPath',
  'urlTemplate',
  'subprotocol',
  'clientName',
  'clientVersion',
  'clientId',
  'code',
  'initiator',
  'httpStatus',
  'connectionDuration',
  'payloadDefect',
  'payloadOffset',
  'payloadSize',
  'payloadSignature',
  'payloadSender',
  'payloadMessageIndex',
  'previousConnectionId',
  'outcome',
] as const satisfies readonly (keyof CloseEvent)[];

/** A row as the analyzer sees it. */
export type AnalyzedEvent = Pick<CloseEvent, (typeof ANALYZED_FIELDS)[number]>;
