import { type Convention, DEFAULT_CONVENTIONS, SPAN_FIELDS } from '@closewatch/collector';
import { z } from 'zod';

const FIELDS = [...SPAN_FIELDS.keys()];
const attribute = z.string().min(1).max(200);

const convention = z.strictObject({
  emitter: z.string().min(1).max(100).describe('what its rows are marked with'),
  code: attribute.describe('the attribute that carries the close code'),
  requires: z.record(attribute, z.string()).default({}).describe('attributes that have to have these values, too'),
  fields: z.record(attribute, z.enum(FIELDS)).default({}).describe('other attributes, and the fields that they fill'),
  lasts: z.enum(['close', 'connection']).default('close').describe('what a span of it lasts for'),
  url: attribute.optional().describe('the attribute that has the whole URL'),
  role: z.enum(['client', 'server']).optional().describe('where nothing else says it'),
});

/** Keys of an entry, for the words about an unknown one. */
export const CONVENTION_KEYS = Object.keys(convention.shape);

/** How emitters that this version does not know write closes down; looked at before those that it knows. */
export const conventionsSchema = z.array(convention);

/** The conventions in the collector's own names, and after them those that it knows. */
export function conventionsOf(entries: z.output<typeof conventionsSchema>): Convention[] {
  const given = entries.map(({ fields, url, role, ...entry }) => ({
    ...entry,
    fields: Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, SPAN_FIELDS.get(field)!])),
    ...(url !== undefined && { url }),
    ...(role !== undefined && { role }),
  }));
  return [...given, ...DEFAULT_CONVENTIONS];
}
