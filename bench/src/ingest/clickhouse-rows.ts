import type { CloseEvent } from '@closewatch/collector';
import { type FieldKind, fieldKinds } from './field-kind.ts';

/** Texts that repeat are LowCardinality, as ClickHouse advises. */
const TYPES: Record<FieldKind, string> = {
  traceId: 'UUID',
  spanId: 'UInt64',
  instant: 'DateTime64(6)',
  flag: 'Nullable(Bool)',
  uint16: 'Nullable(UInt16)',
  number: 'Nullable(Float64)',
  repeated: 'LowCardinality(Nullable(String))',
  text: 'Nullable(String)',
};

/** The columns of a table that holds such events. */
export function clickHouseColumns(event: CloseEvent): string {
  return [...fieldKinds(event)].map(([field, kind]) => `${field} ${TYPES[kind]}`).join(', ');
}

/** Events as lines of JSONEachRow. */
export function jsonRows(events: readonly CloseEvent[]): Buffer {
  const kinds = fieldKinds(events[0]!);
  const lineOf = (event: CloseEvent) =>
    JSON.stringify(event, (field, value) => jsonValue(kinds.get(field as keyof CloseEvent), value));
  return Buffer.from(events.map(lineOf).join('\n'));
}

/** An absent field is left out: it takes the column's default. */
function jsonValue(kind: FieldKind | undefined, value: unknown): unknown {
  if (value === null) return undefined;
  if (kind === 'traceId') return String(value).replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, '$1-$2-$3-$4-$5');
  if (kind === 'spanId') return BigInt(`0x${value}`).toString();
  return kind === 'instant' ? (Number(value) / 1_000).toFixed(6) : value;
}
