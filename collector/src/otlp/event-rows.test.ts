import { describe, expect, it } from 'vitest';
import { TEN_O_CLOCK } from '../testdata/close-event.ts';
import { decoded } from '../testdata/decoded.ts';
import { jsonAttributes, jsonRequest, jsonSpan } from '../testdata/json-request.ts';
import type { Receipt } from './event-rows.ts';

/** The rules are the same in both encodings: decoders.test.ts and the fuzz test hold that. */
function rowsOf(spans: object[], resource: Record<string, unknown> = {}, receipt: Partial<Receipt> = {}) {
  return decoded('json', jsonRequest(spans, resource), receipt);
}

describe('events from spans', () => {
  it('count at the start of a close or drain, and at the end of a connect or reconnect', () => {
    const names = ['websocket.close', 'websocket.drain', 'websocket.connect', 'websocket.reconnect'];
    const { events } = rowsOf(names.map(name => jsonSpan({ name, endTimeUnixNano: `${TEN_O_CLOCK + 1_500}000000` })));
    expect(events.map(event => event.time - TEN_O_CLOCK)).toEqual([0, 0, 1500, 1500]);
  });

  it('carry their resource, and unknown_service where it has no name', () => {
    const named = rowsOf([jsonSpan()], { 'service.name': 'gateway', 'cloud.region': 'eu-west-1' }).events[0];
    expect([named?.service, named?.region]).toEqual(['gateway', 'eu-west-1']);
    expect(rowsOf([jsonSpan()]).events[0]?.service).toBe('unknown_service');
    expect(rowsOf([jsonSpan()], { 'service.name': '' }).events[0]?.service).toBe('unknown_service');
  });

  it('take their role from the span kind where no attribute says it', () => {
    const { events } = rowsOf([jsonSpan({ kind: 3 }), jsonSpan({ kind: 3 }, { 'websocket.role': 'server' })]);
    expect(events.map(event => event.role)).toEqual(['client', 'server']);
  });

  it('point at the connect span: of several links the one that the connection id names, or else the last', () => {
    const links = [
      { traceId: '1'.repeat(32), spanId: '1'.repeat(16) },
      { traceId: '2'.repeat(32), spanId: '2'.repeat(16) },
      { traceId: '', spanId: '3'.repeat(16) },
    ];
    const { events } = rowsOf([
      jsonSpan({ links }, { 'websocket.connection.id': '1'.repeat(16) }),
      jsonSpan({ links }, { 'websocket.connection.id': 'another' }),
      jsonSpan({ links }),
      jsonSpan(),
    ]);
    expect(events.map(event => event.linkedSpanId)).toEqual(['1'.repeat(16), '2'.repeat(16), '2'.repeat(16), null]);
  });

  it('keep the last of 129 links out: OpenTelemetry writes 128 at most', () => {
    const links = Array.from({ length: 129 }, (_, serial) => ({
      traceId: '1'.repeat(32),
      spanId: (serial + 1).toString(16).padStart(16, '0'),
    }));
    expect(rowsOf([jsonSpan({ links })]).events[0]?.linkedSpanId).toBe('0000000000000080');
  });

  it('are not made of spans that cannot be used, which are counted by reason', () => {
    const { events, tally } = rowsOf([
      jsonSpan({ traceId: '' }),
      jsonSpan({ spanId: '' }),
      jsonSpan({ startTimeUnixNano: 0 }),
      jsonSpan({ endTimeUnixNano: 0 }),
      jsonSpan({ kind: 1 }),
      jsonSpan({}, { 'websocket.close.code': 70_000 }),
      { ...jsonSpan(), attributes: [] },
      { ...jsonSpan({ name: 'websocket.connect' }), attributes: [] },
    ]);
    expect(events.map(event => event.kind)).toEqual(['connect']);
    expect(tally.unusable).toEqual({
      invalid_ids: 2,
      no_times: 2,
      no_role: 1,
      no_code: 2,
      not_a_client: 0,
      no_value: 0,
      delta: 0,
    });
  });

  it('have null for a value that their column cannot hold, and it is counted', () => {
    const wrong = {
      'websocket.close.initiator': 'somebody',
      'server.port': -1,
      'websocket.connection.duration': Number.NaN,
      'websocket.close.clean': 'true',
      'websocket.messages.sent': '12 or so',
      'websocket.messages.received': 2 ** 53,
      'websocket.client.id': ['a list'],
      'websocket.role': 3,
    };
    const { events, tally } = rowsOf([jsonSpan({}, wrong)]);
    expect(events[0]).toMatchObject({ initiator: null, serverPort: null, connectionDuration: null, clean: null });
    expect(events[0]).toMatchObject({ messagesSent: null, messagesReceived: null, clientId: null, role: 'server' });
    expect(tally.valuesRefused).toBe(8);
  });

  it('take whole numbers that came as digits, and texts that came as numbers or booleans', () => {
    const { events, tally } = rowsOf([
      jsonSpan({}, { 'websocket.close.code_sent': '1012', 'websocket.client.version': 5, 'session.id': true }),
    ]);
    expect(events[0]).toMatchObject({ codeSent: 1012, clientVersion: '5', sessionId: 'true' });
    expect(tally.valuesRefused).toBe(0);
  });

  it('take the last of several values of one attribute, also where the last one says nothing', () => {
    const span = jsonSpan({}, { 'url.path': '/last' });
    span.attributes.unshift(...jsonAttributes({ 'url.path': '/first', 'server.port': 1 }));
    span.attributes.push(...jsonAttributes({ 'server.port': -1 }));
    expect(rowsOf([span]).events[0]).toMatchObject({ urlPath: '/last', serverPort: null });
  });

  it('have texts made well-formed, cut at 1,024 bytes between characters, and null for empty ones', () => {
    const { events, tally } = rowsOf([
      jsonSpan({}, { 'url.path': 'a\ud800b', 'websocket.close.reason': '', 'user_agent.original': 'x'.repeat(2_000) }),
      jsonSpan({}, { 'user_agent.original': `xx${'😀'.repeat(400)}` }),
    ]);
    expect(events[0]).toMatchObject({ urlPath: 'a\ufffdb', reason: null });
    expect(events[0]?.userAgent).toBe('x'.repeat(1_024));
    expect(events[1]?.userAgent).toBe(`xx${'😀'.repeat(255)}`);
    expect(tally.valuesCut).toBe(2);
  });

  it('from more than 60 s in the future count at their receipt, keep their own times, and are counted', () => {
    const receivedAt = TEN_O_CLOCK - 60_000;
    const later = `${TEN_O_CLOCK}001000`;
    const { events, tally } = rowsOf(
      [jsonSpan(), jsonSpan({ startTimeUnixNano: later, endTimeUnixNano: later })],
      {},
      { receivedAt },
    );
    expect(events.map(event => [event.time, event.startedAt, event.receivedAt, event.clamped])).toEqual([
      [TEN_O_CLOCK, TEN_O_CLOCK, receivedAt, false],
      [receivedAt, TEN_O_CLOCK + 0.001, receivedAt, true],
    ]);
    expect(tally.clamped).toBe(1);
  });

  it('do not believe at ingest what only a collector decides, and do in a replay', () => {
    const decisions = {
      'closewatch.event.time': 5,
      'closewatch.event.weight': 2.5,
      'closewatch.event.trusted': false,
      'closewatch.event.emitter': 'somebody',
    };
    const span = jsonSpan({}, decisions);
    const atIngest = { time: TEN_O_CLOCK, weight: 1, trusted: true, emitter: null, clamped: false };
    expect(rowsOf([span]).events[0]).toMatchObject(atIngest);
    const replayed = { time: 5, receivedAt: 5, weight: 2.5, trusted: false, emitter: 'somebody', clamped: true };
    expect(rowsOf([span], {}, { receivedAt: null }).events[0]).toMatchObject(replayed);
  });

  it('count with the weight that their trace state says; a malformed one is counted, and says nothing', () => {
    const { events, tally } = rowsOf([
      jsonSpan({ traceState: 'vendor=1,ot=th:c' }),
      jsonSpan({ traceState: 'ot=th:no' }),
      jsonSpan({ traceState: '' }),
    ]);
    expect(events.map(event => event.weight)).toEqual([4, 1, 1]);
    expect(tally.traceStatesMalformed).toBe(1);
  });

  it('keep the mark of a sampler whose weight is not known', () => {
    const { events } = rowsOf([jsonSpan({}, { 'websocket.telemetry.sampling': 'unknown_weight' })]);
    expect(events[0]).toMatchObject({ sampling: 'unknown_weight', weight: 1 });
  });

  it('are of clients only, and untrusted, where they came with a public token', () => {
    const { events, tally } = rowsOf([jsonSpan({ kind: 3 }), jsonSpan({ kind: 2 })], {}, { trusted: false });
    expect(events.map(event => [event.role, event.trusted])).toEqual([['client', false]]);
    expect(tally.unusable.not_a_client).toBe(1);
  });

  it('count for a million spans at most, and for one where they came with a public token, and what is not believed is counted', () => {
    const spans = ['ot=th:ffffffffffffff', 'ot=th:c'].map(traceState => jsonSpan({ traceState, kind: 3 }));
    const weightsOf = (trusted: boolean) => {
      const { events, tally } = rowsOf(spans, {}, { trusted });
      return [...events.map(event => event.weight), tally.weightsCapped];
    };
    expect(weightsOf(true)).toEqual([1_000_000, 4, 1]);
    expect(weightsOf(false)).toEqual([1, 1, 2]);
  });

  it('leave nothing of spans that are none behind: no text, and no count of values', () => {
    const others = Array.from({ length: 100 }, (_, serial) => ({
      ...jsonSpan({ name: 'GET /' }),
      attributes: jsonAttributes({ 'url.path': `/things/${serial}`, 'server.port': -1 }),
      traceState: 'malformed',
    }));
    const [without, withOthers] = [rowsOf([]), rowsOf(others, { 'service.name': 'another' })];
    expect(withOthers.batch.texts.texts).toBe(without.batch.texts.texts);
    expect(withOthers.tally).toEqual({ ...without.tally, notRelevant: 100 });
  });
});
