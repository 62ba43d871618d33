import { describe, expect, it } from 'vitest';
import { decoded } from '../testdata/decoded.ts';
import { jsonRequest, jsonSpan } from '../testdata/json-request.ts';

const TRACE = '5b8efff798038103d269b633813fc60c';

describe('OTLP JSON', () => {
  const eventOf = (span: object) => decoded('json', jsonRequest([{ ...jsonSpan(), ...span }])).events[0];

  it('takes ids in any case, and times as strings or numbers', () => {
    const upper = { traceId: TRACE.toUpperCase(), spanId: 'EEE19B7EC3C1B174', parentSpanId: 'EEE19b7ec3c1b175' };
    const times = { startTimeUnixNano: '1544712660000001999', endTimeUnixNano: 1_544_712_661_000_000_000 };
    expect(eventOf({ ...upper, ...times })).toMatchObject({
      traceId: TRACE,
      spanId: 'eee19b7ec3c1b174',
      parentSpanId: 'eee19b7ec3c1b175',
      startedAt: 1_544_712_660_000.001,
      endedAt: 1_544_712_661_000,
    });
  });

  it('takes 64-bit integers as strings or numbers, and ignores unknown fields and nulls', () => {
    const attributes = [
      { key: 'websocket.close.code', value: { intValue: '1012' }, unknown: {} },
      { key: 'websocket.close.code_sent', value: { intValue: 1012 } },
      { key: 'websocket.close.reason', value: null },
      { key: 'websocket.connection.duration', value: { doubleValue: '1.5' } },
    ];
    expect(eventOf({ attributes, links: null, status: null, more: [[]] })).toMatchObject({
      code: 1012,
      codeSent: 1012,
      reason: null,
      connectionDuration: 1.5,
    });
  });

  it('takes an id of zeros, of another length or of other characters for none', () => {
    const spans = [{ traceId: '0'.repeat(32) }, { traceId: 'abc' }, { spanId: 'xyz19b7ec3c1b174' }, { spanId: 5 }];
    const { events, tally } = decoded('json', jsonRequest(spans.map(span => ({ ...jsonSpan(), ...span }))));
    expect([events.length, tally.unusable.invalid_ids]).toEqual([0, 4]);
    expect(eventOf({ parentSpanId: '0'.repeat(16) })?.parentSpanId).toBeNull();
  });

  it('takes bytes that are not UTF-8 with U+FFFD in their place', () => {
    const body = Buffer.from(jsonRequest([jsonSpan({}, { 'url.path': '/a?b' })]));
    body[body.indexOf('?')] = 0xff;
    expect(decoded('json', body).events[0]?.urlPath).toBe('/a\ufffdb');
  });

  it.each([
    ['a number', '12', 'expected an object as the request, got 12'],
    ['nothing', '', 'expected JSON, got Unexpected end of JSON input'],
    [
      'spans that are no list',
      '{"resourceSpans":[{"scopeSpans":{}}]}',
      'expected an array as scopeSpans, got an object',
    ],
    ['an item that is no object', '{"resourceSpans":[7]}', 'expected an object as an item of resourceSpans, got 7'],
    [
      'a time that is no number',
      jsonRequest([jsonSpan({ startTimeUnixNano: 'noon' })]),
      'expected nanoseconds as startTimeUnixNano, got "noon"',
    ],
  ])('refuses %s, and says what it expected', (_, json, message) => {
    expect(() => decoded('json', json)).toThrow(message);
  });
});
