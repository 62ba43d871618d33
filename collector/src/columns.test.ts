import * as attributes from '@closewatch/instrumentation/attributes';
import { SAMPLING_MARK } from '@closewatch/instrumentation/attributes';
import { describe, expect, it } from 'vitest';
import { attributeOf, COLUMNS, IMPLIED_ATTRIBUTES, REPLAYED_ATTRIBUTES } from './columns.ts';

const emitted = Object.entries(attributes).filter(([name]) => name.startsWith('ATTR_'));

describe('the contract between instrumentation and store', () => {
  it.each(emitted)('%s (%s) has a column, or is the same on every span', (_, attribute) => {
    const columns = COLUMNS.filter(column => column.attribute === attribute).length;
    expect(columns + Number(Object.hasOwn(IMPLIED_ATTRIBUTES, attribute as string))).toBe(1);
  });

  it('has no column for an attribute that nobody emits', () => {
    const known = new Set<unknown>([
      ...emitted.map(([, attribute]) => attribute),
      SAMPLING_MARK,
      ...REPLAYED_ATTRIBUTES,
    ]);
    expect(COLUMNS.filter(column => column.attribute !== null && !known.has(column.attribute))).toEqual([]);
  });

  it('gives each field one column name, in snake case', () => {
    const names = COLUMNS.map(column => column.name);
    expect(new Set(names).size).toBe(65);
    expect(names).toHaveLength(65);
    expect(names).toContain('payload_message_index');
    expect(names).toContain('k8s_namespace');
  });

  it('names the wire attribute of a field, and null for what is none', () => {
    expect(attributeOf('clientVersion')).toBe('websocket.client.version');
    expect(attributeOf('region')).toBe('cloud.region');
    expect(attributeOf('traceId')).toBeNull();
  });
});
