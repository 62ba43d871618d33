import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CloseEvent, EventKind } from '../close-event.ts';
import { COLUMNS } from '../columns.ts';
import { closeEvent, TEN_O_CLOCK } from '../testdata/close-event.ts';
import { closeEventsFromOtlpLine } from './close-events-from-otlp-line.ts';
import { eventTime } from './event-time.ts';
import { otlpLinesFromEvents } from './otlp-lines-from-events.ts';

const hex = (digits: number) =>
  fc
    .string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: digits, maxLength: digits })
    .filter(id => /[^0]/.test(id));
const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 });
/** Epoch milliseconds with microseconds as the fraction, from 1970 to 2100. */
const instant = fc.integer({ min: 1, max: 4_102_444_800_000_000 }).map(micros => micros / 1000);

const NAMES: Partial<Record<keyof CloseEvent, readonly string[]>> = {
  role: ['client', 'server'],
  initiator: ['local', 'remote', 'transport'],
  payloadDefect: ['invalid_utf8', 'invalid_deflate', 'invalid_close_reason', 'application'],
  payloadSignature: ['gzip', 'utf-16le', 'latin-1', 'cut_sequence', 'unknown'],
  payloadSender: ['client', 'server'],
  outcome: ['recovered', 'abandoned'],
  match: ['context', 'endpoint'],
};

function attributeValue(column: (typeof COLUMNS)[number]): fc.Arbitrary<unknown> {
  const names = NAMES[column.field];
  if (names !== undefined) return fc.constantFrom(...names);
  if (column.type.numbers === 'uint16') return fc.integer({ min: 0, max: 65_535 });
  if (column.type.numbers === 'count') return fc.maxSafeNat();
  if (column.type.numbers === 'seconds') return fc.double({ min: 0, noNaN: true, noDefaultInfinity: true });
  if (column.type.numbers === 'weight') return fc.double({ min: 1, noNaN: true, noDefaultInfinity: true });
  return column.type.storage === 'flag' ? fc.boolean() : text;
}

const REQUIRED: readonly string[] = ['service', 'role', 'code'];
const attributes = fc.record(
  Object.fromEntries(
    COLUMNS.filter(column => column.attribute !== null && column.field !== 'time').map(column => {
      const value = attributeValue(column);
      return [column.field, REQUIRED.includes(column.field) ? value : fc.option(value, { nil: column.absent })];
    }),
  ),
);
const envelope = fc.record({
  kind: fc.constantFrom<EventKind>('connect', 'close', 'reconnect', 'drain'),
  traceId: hex(32),
  spanId: hex(16),
  parentSpanId: fc.option(hex(16)),
  startedAt: instant,
  endedAt: instant,
  failed: fc.boolean(),
});
const link = fc.option(fc.record({ linkedTraceId: hex(32), linkedSpanId: hex(16) }), {
  nil: { linkedTraceId: null, linkedSpanId: null },
});
const clamped = fc.option(instant, { freq: 5 });

const anyEvent: fc.Arbitrary<CloseEvent> = fc
  .tuple(envelope, link, attributes, clamped)
  .map(([span, linked, fields, at]) => {
    const own = eventTime(span.kind, span.startedAt, span.endedAt);
    const time = at ?? own;
    return { ...span, ...linked, ...fields, time, receivedAt: time, clamped: time !== own } as CloseEvent;
  });

const bySpan = (a: CloseEvent, b: CloseEvent) => (a.traceId + a.spanId < b.traceId + b.spanId ? -1 : 1);

describe('events written as OTLP lines', () => {
  it('come back equal in every field but receivedAt', () => {
    const distinct = fc.uniqueArray(anyEvent, { selector: event => event.traceId + event.spanId, maxLength: 5 });
    fc.assert(
      fc.property(distinct, instant, (events, receivedAt) => {
        const received = events.map(event => ({ ...event, receivedAt }));
        const lines = [...otlpLinesFromEvents(received)];
        expect(lines.flatMap(line => closeEventsFromOtlpLine(line)).sort(bySpan)).toEqual(events.sort(bySpan));
      }),
      { numRuns: 300 },
    );
  });

  it('are grouped by resource, 500 a line, without line breaks', () => {
    const events = Array.from({ length: 501 }, (_, serial) =>
      closeEvent(serial + 1, { service: serial % 2 === 0 ? 'a' : 'b', reason: 'two\nlines' }),
    );
    const lines = [...otlpLinesFromEvents(events)];
    expect(lines).toHaveLength(2);
    expect(lines.join('')).not.toContain('\n');
    const { resourceSpans } = JSON.parse(lines[0]!);
    expect(resourceSpans.map((group: { scopeSpans: [{ spans: [] }] }) => group.scopeSpans[0].spans.length)).toEqual([
      250, 250,
    ]);
  });

  it('read as any OTLP receiver expects them', () => {
    const [line] = otlpLinesFromEvents([
      closeEvent(1, { code: 1012, clean: true, connectionDuration: 1.5, startedAt: TEN_O_CLOCK + 0.25, failed: true }),
    ]);
    expect(JSON.parse(line!)).toEqual({
      resourceSpans: [
        {
          resource: { attributes: [{ key: 'service.name', value: { stringValue: 'gateway' } }] },
          scopeSpans: [
            {
              scope: { name: '@closewatch/collector' },
              spans: [
                {
                  traceId: 'a0000000000000000000000000000001',
                  spanId: 'b000000000000001',
                  name: 'websocket.close',
                  kind: 2,
                  startTimeUnixNano: '1795428000000250000',
                  endTimeUnixNano: '1795428000000250000',
                  attributes: [
                    { key: 'network.protocol.name', value: { stringValue: 'websocket' } },
                    { key: 'websocket.role', value: { stringValue: 'server' } },
                    { key: 'websocket.close.code', value: { intValue: '1012' } },
                    { key: 'websocket.close.clean', value: { boolValue: true } },
                    { key: 'websocket.connection.duration', value: { doubleValue: 1.5 } },
                  ],
                  status: { code: 2 },
                },
              ],
            },
          ],
        },
      ],
    });
  });
});
