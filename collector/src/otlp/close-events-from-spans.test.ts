import { describe, expect, it } from 'vitest';
import { newIngestTally } from '../ingest-tally.ts';
import { TEN_O_CLOCK } from '../testdata/close-event.ts';
import { closeEventsFromSpans } from './close-events-from-spans.ts';
import type { AttributeValue, DecodedSpan } from './trace-request.ts';

const START = TEN_O_CLOCK * 1000;

function attributesFrom(attributes: Record<string, AttributeValue>) {
  return { keys: Object.keys(attributes), values: Object.values(attributes) };
}

function closeSpan(fields: Partial<DecodedSpan> = {}, attributes: Record<string, AttributeValue> = {}): DecodedSpan {
  return {
    kind: 'close',
    spanKind: 2,
    traceId: 'a'.repeat(32),
    spanId: 'b'.repeat(16),
    parentSpanId: '',
    startMicros: START,
    endMicros: START + 1_500_000,
    failed: false,
    links: [],
    attributes: attributesFrom({ 'websocket.close.code': 1000, ...attributes }),
    ...fields,
  };
}

function map(
  spans: DecodedSpan[],
  resource: Record<string, AttributeValue> = {},
  receivedAt: number | null = TEN_O_CLOCK,
) {
  const tally = newIngestTally();
  const request = { resources: [{ resource: attributesFrom(resource), spans }], notRelevant: 0 };
  return { events: closeEventsFromSpans(request, receivedAt, tally), tally };
}

describe('events from spans', () => {
  it('count at the start of a close or drain, and at the end of a connect or reconnect', () => {
    const kinds = ['close', 'drain', 'connect', 'reconnect'] as const;
    const { events } = map(kinds.map(kind => closeSpan({ kind })));
    expect(events.map(event => event.time - TEN_O_CLOCK)).toEqual([0, 0, 1500, 1500]);
  });

  it('carry their resource, and unknown_service where it has no name', () => {
    const named = map([closeSpan()], { 'service.name': 'gateway', 'cloud.region': 'eu-west-1' }).events[0];
    expect([named?.service, named?.region]).toEqual(['gateway', 'eu-west-1']);
    expect(map([closeSpan()]).events[0]?.service).toBe('unknown_service');
    expect(map([closeSpan()], { 'service.name': '' }).events[0]?.service).toBe('unknown_service');
  });

  it('take their role from the span kind where no attribute says it', () => {
    const { events } = map([closeSpan({ spanKind: 3 }), closeSpan({ spanKind: 3 }, { 'websocket.role': 'server' })]);
    expect(events.map(event => event.role)).toEqual(['client', 'server']);
  });

  it('point at the connect span: of several links the one that the connection id names, or else the last', () => {
    const links = [
      { traceId: '1'.repeat(32), spanId: '1'.repeat(16) },
      { traceId: '2'.repeat(32), spanId: '2'.repeat(16) },
      { traceId: '', spanId: '3'.repeat(16) },
    ];
    const { events } = map([
      closeSpan({ links }, { 'websocket.connection.id': '1'.repeat(16) }),
      closeSpan({ links }),
      closeSpan(),
    ]);
    expect(events.map(event => event.linkedSpanId)).toEqual(['1'.repeat(16), '2'.repeat(16), null]);
  });

  it('are not made of spans that cannot be used, which are counted by reason', () => {
    const { events, tally } = map([
      closeSpan({ traceId: '' }),
      closeSpan({ spanId: '' }),
      closeSpan({ startMicros: 0 }),
      closeSpan({ endMicros: 0 }),
      closeSpan({ spanKind: 1 }),
      closeSpan({}, { 'websocket.close.code': 70_000 }),
      closeSpan({ attributes: attributesFrom({}) }),
      closeSpan({ kind: 'connect', attributes: attributesFrom({}) }),
    ]);
    expect(events.map(event => event.kind)).toEqual(['connect']);
    expect(tally.unusable).toEqual({ invalid_ids: 2, no_times: 2, no_role: 1, no_code: 2 });
  });

  it('have null for a value that their column cannot hold, and it is counted', () => {
    const wrong = {
      'websocket.close.initiator': 'somebody',
      'server.port': -1,
      'websocket.connection.duration': Number.NaN,
    };
    const { events, tally } = map([closeSpan({}, wrong), closeSpan({}, { 'websocket.close.code_sent': '1012' })]);
    expect(events[0]).toMatchObject({ initiator: null, serverPort: null, connectionDuration: null });
    expect(events[1]?.codeSent).toBe(1012);
    expect(tally.valuesRefused).toBe(3);
  });

  it('have texts made well-formed, cut at 1,024 units, and null for empty ones', () => {
    const { events, tally } = map([
      closeSpan({}, { 'url.path': 'a\ud800b', 'websocket.close.reason': '', 'user_agent.original': 'x'.repeat(2_000) }),
    ]);
    expect(events[0]).toMatchObject({ urlPath: 'a\ufffdb', reason: null });
    expect(events[0]?.userAgent).toHaveLength(1_024);
    expect(tally.valuesCut).toBe(1);
  });

  it('from more than 60 s in the future count at their receipt, keep their own times, and are counted', () => {
    const receivedAt = TEN_O_CLOCK - 60_000;
    const { events, tally } = map([closeSpan(), closeSpan({ startMicros: START + 1 })], {}, receivedAt);
    expect(events.map(event => [event.time, event.startedAt])).toEqual([
      [TEN_O_CLOCK, TEN_O_CLOCK],
      [receivedAt, TEN_O_CLOCK + 0.001],
    ]);
    expect(tally.clamped).toBe(1);
  });

  it('do not believe a time of their own at ingest, only in a replay', () => {
    const span = closeSpan({}, { 'closewatch.event.time': 5 });
    expect(map([span]).events[0]?.time).toBe(TEN_O_CLOCK);
    expect(map([span], {}, null).events[0]).toMatchObject({ time: 5, receivedAt: 5 });
  });
});
