import { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import { describe, expect, it } from 'vitest';
import { decoded } from '../testdata/decoded.ts';
import { otelSpan } from '../testdata/otel-span.ts';

const CLOSE = { name: 'websocket.close', attributes: { 'websocket.close.code': 1000 } };

const varint = (value: number): number[] => (value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...varint(value >>> 7)]);

/** A message field: its tag, its length and what is in it. */
const field = (number: number, ...parts: (Uint8Array | string)[]): Buffer => {
  const content = Buffer.concat(parts.map(part => Buffer.from(part as string)));
  return Buffer.concat([Buffer.from([(number << 3) | 2, ...varint(content.length)]), content]);
};
const attribute = (number: number, key: string, value: Uint8Array) => field(number, field(1, key), field(2, value));
const fixed64 = (number: number) =>
  Buffer.concat([Buffer.from([(number << 3) | 1]), Buffer.from('00c06e31d9d9ea18', 'hex')]);

describe('OTLP protobuf', () => {
  const name = field(5, 'websocket.close');
  const code = attribute(9, 'websocket.close.code', Buffer.from([0x18, 0xe8, 0x07]));
  const rest = [
    field(1, Buffer.alloc(16, 1)),
    field(2, Buffer.alloc(8, 2)),
    Buffer.from([0x30, 2]),
    fixed64(7),
    fixed64(8),
  ];

  it('skips unknown fields of every wire type, groups included', () => {
    const fields = ['980601', '99060102030405060708', '9a06020102', '9b069806019c06', '9d0601020304'];
    const unknown = Buffer.from(fields.join(''), 'hex');
    const span = Buffer.from(ProtobufTraceSerializer.serializeRequest([otelSpan(CLOSE)])!);
    expect(decoded('protobuf', Buffer.concat([unknown, span, unknown])).events).toHaveLength(1);
  });

  it('reads a name that comes after the attributes, and a resource that comes after its spans', () => {
    const path = attribute(9, 'url.path', field(1, '/a'));
    const scope = field(2, field(2, path, code, ...rest, name));
    const resource = field(1, attribute(1, 'service.name', field(1, 'gateway')));
    const { events } = decoded('protobuf', field(1, scope, resource));
    expect(events).toMatchObject([{ urlPath: '/a', code: 1000, service: 'gateway', role: 'server' }]);
  });

  it('takes a text that is not UTF-8 with U+FFFD in its place', () => {
    const path = attribute(9, 'url.path', field(1, Uint8Array.of(0x2f, 0xff, 0x62)));
    const { events } = decoded('protobuf', field(1, field(2, field(2, name, code, path, ...rest))));
    expect(events[0]?.urlPath).toBe('/\ufffdb');
  });

  it.each([
    ['a varint that never ends', 'ffffffffffffffffffffff'],
    ['a field number of zero', '0201'],
    ['a field that is longer than the rest', '0a05'],
    ['a group that is not closed', '0b'],
    ['the end of a group that was not opened', '0c'],
    ['an unused wire type', '0f'],
  ])('refuses %s', (_, hex) => {
    expect(() => decoded('protobuf', Buffer.from(hex, 'hex'))).toThrow(
      'expected an OTLP request in protobuf, but at byte',
    );
  });
});
