import type { CloseEvent } from '@closewatch/collector';

/** What a field holds, as an engine beside ours has to know it to make a column. */
export type FieldKind = 'traceId' | 'spanId' | 'instant' | 'flag' | 'uint16' | 'number' | 'repeated' | 'text';

const KINDS: { [Field in keyof CloseEvent]?: FieldKind } = {
  traceId: 'traceId',
  linkedTraceId: 'traceId',
  spanId: 'spanId',
  parentSpanId: 'spanId',
  linkedSpanId: 'spanId',
  connectionId: 'spanId',
  previousConnectionId: 'spanId',
  startedAt: 'instant',
  endedAt: 'instant',
  time: 'instant',
  receivedAt: 'instant',
  serverPort: 'uint16',
  code: 'uint16',
  codeSent: 'uint16',
  codeReceived: 'uint16',
  codeReported: 'uint16',
  clientId: 'text',
  sessionId: 'text',
  sessionPreviousId: 'text',
  reason: 'text',
};

/** The kind of every field of an event that has a value in all fields that the workload fills; the rest are texts that repeat. */
export function fieldKinds(event: CloseEvent): Map<keyof CloseEvent, FieldKind> {
  return new Map(
    (Object.keys(event) as (keyof CloseEvent)[]).map(field => [field, KINDS[field] ?? kindOfValue(event[field])]),
  );
}

function kindOfValue(value: unknown): FieldKind {
  if (typeof value === 'boolean') return 'flag';
  return typeof value === 'number' ? 'number' : 'repeated';
}
