import { attributeOf } from '@closewatch/collector';
import type { Connection } from '../connection.ts';
import type { CohortTerm } from '../verdict.ts';

/**
 * What a cohort may be made of. Where two say the same of the same connections the earlier one is named: a client's
 * version before its name, what is shipped before where it runs, an instance last.
 */
export const COHORT_FIELDS = [
  'clientVersion',
  'serviceVersion',
  'clientName',
  'urlTemplate',
  'urlPath',
  'subprotocol',
  'region',
  'instance',
] as const satisfies readonly (keyof Connection)[];

export type CohortField = (typeof COHORT_FIELDS)[number];

const FIELD_OF: ReadonlyMap<string, CohortField> = new Map(
  COHORT_FIELDS.map(field => [wireNameOf(field), field] as const),
);

/** The name on the wire, such as `websocket.client.version`. */
export function wireNameOf(field: CohortField): string {
  const attribute = attributeOf(field);
  if (attribute === null) throw new Error(`expected ${field} to have a name on the wire, got none`);
  return attribute;
}

/** The field behind a name on the wire; null where a cohort can't be made of it. */
export function fieldOf(attribute: string): CohortField | null {
  return FIELD_OF.get(attribute) ?? null;
}

/** What the bytes look like: it tells bugs apart, and no connection that has had none. */
export const SIGNATURE = signatureAttribute();

function signatureAttribute(): string {
  const attribute = attributeOf('payloadSignature');
  if (attribute === null) throw new Error('expected payloadSignature to have a name on the wire, got none');
  return attribute;
}

/**
 * True where the connection has every value of the cohort; an empty cohort is everybody. A payload signature is asked of connections with a payload bug
 * alone: the others could have had one of any.
 */
export function isInCohort(connection: Connection, cohort: readonly CohortTerm[]): boolean {
  return cohort.every(({ attribute, value }) => {
    if (attribute === SIGNATURE) return !connection.payloadBug || connection.payloadSignature === value;
    const field = fieldOf(attribute);
    return field !== null && connection[field] === value;
  });
}
