import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { TEN_O_CLOCK } from '../testdata/close-event.ts';
import { decoded } from '../testdata/decoded.ts';
import { jsonRequest, jsonSpan } from '../testdata/json-request.ts';
import { protobufFromJson } from '../testdata/protobuf-from-json.ts';

const recorded = (name: string) => readFileSync(join(import.meta.dirname, `../testdata/emitters/${name}.json`), 'utf8');

describe.each(['json', 'protobuf'] as const)('closes of other emitters, in %s', encoding => {
  const decode = (json: string) => decoded(encoding, encoding === 'json' ? json : protobufFromJson('traces', json));

  it("Datadog's operation websocket.close is one, of a server, closed by whom the span kind says", () => {
    const { events, tally } = decode(recorded('datadog'));
    expect(events).toMatchObject([
      {
        kind: 'close',
        emitter: 'datadog',
        role: 'server',
        service: 'chat',
        code: 1007,
        reason: 'bad bytes',
        initiator: 'remote',
        time: TEN_O_CLOCK,
        linkedSpanId: '00aa11bb22cc33dd',
        connectionId: '00aa11bb22cc33dd',
      },
      { code: 1012, initiator: 'local', linkedSpanId: null, connectionId: 'a1b2c3d4e5f60719' },
    ]);
    expect(tally.notRelevant).toBe(1);
  });

  it("opentelemetry-instrumentation-ws's span of a connection is one at its end", () => {
    const { events, tally } = decode(recorded('opentelemetry-instrumentation-ws'));
    expect(events).toMatchObject([
      {
        emitter: 'opentelemetry-instrumentation-ws',
        role: 'server',
        code: 1006,
        reason: null,
        clean: false,
        time: TEN_O_CLOCK + 500,
        startedAt: TEN_O_CLOCK + 500,
        endedAt: TEN_O_CLOCK + 500,
        connectionDuration: 60.5,
        connectionId: 'a3ce929d0e0e4736',
      },
    ]);
    expect(tally.notRelevant).toBe(1);
  });

  it("Dart's span of a connection is one at its end, and of its URL no query is kept", () => {
    const { events, batch, tally } = decode(recorded('dart'));
    expect(events).toMatchObject([
      {
        emitter: 'dart',
        role: 'client',
        code: 1012,
        reason: 'Service Restart',
        time: TEN_O_CLOCK + 250,
        connectionDuration: 30.25,
        subprotocol: 'graphql-transport-ws',
        urlScheme: 'wss',
        serverAddress: 'feed.example',
        serverPort: 8443,
        urlPath: '/v2/stream',
      },
    ]);
    expect(tally.notRelevant).toBe(1);
    const texts = Array.from({ length: batch.texts.texts }, (_, index) => batch.texts.textOf(index + 1));
    expect(texts.filter(text => text.includes('secret'))).toEqual([]);
  });

  it('a close code that an application wrote by hand is one, on a span or on an event of it', () => {
    const { events, tally } = decode(recorded('by-hand'));
    expect(events).toMatchObject([
      { emitter: 'websocket.close_code', role: 'server', code: 4000, reason: 'token expired', connectionDuration: 1 },
      {
        emitter: 'opentelemetry-instrumentation-ws',
        role: 'client',
        code: 1011,
        reason: 'boom',
        traceId: '1'.repeat(32),
        parentSpanId: '3'.repeat(16),
        time: TEN_O_CLOCK + 1_500,
        endedAt: TEN_O_CLOCK + 1_500,
        connectionDuration: null,
      },
    ]);
    expect(tally).toMatchObject({ notRelevant: 0, unusable: { no_role: 1 } });
  });

  it('an event of a span has the same ids when it is sent again', () => {
    const [first, again] = [decode(recorded('by-hand')), decode(recorded('by-hand'))];
    expect(first.events[1]?.spanId).toMatch(/^[\da-f]{16}$/);
    expect(again.events.map(event => event.spanId)).toEqual(first.events.map(event => event.spanId));
  });
});

describe('conventions', () => {
  it('can be configured: here none, and there one more', () => {
    const span = jsonSpan({ name: 'socket gone' }, { 'my.code': '1008' });
    const request = jsonRequest([{ ...span, attributes: span.attributes.slice(1) }]);
    expect(decoded('json', request).tally.notRelevant).toBe(1);
    const conventions = [{ emitter: 'mine', code: 'my.code' }];
    const { events } = decoded('json', request, {}, { conventions });
    expect(events).toMatchObject([{ emitter: 'mine', code: 1008 }]);
    const foreign = jsonRequest([jsonSpan({ name: 'socket gone' })]);
    expect(decoded('json', foreign, {}, { conventions: [] }).tally.notRelevant).toBe(1);
  });

  it('are refused where they ask for more than can be looked for at once', () => {
    const conventions = Array.from({ length: 32 }, (_, serial) => ({ emitter: 'many', code: `code.${serial}` }));
    expect(() => decoded('json', '{}', {}, { conventions })).toThrow(
      'expected conventions with at most 31 conditions, got 32',
    );
  });
});
