import { COLUMNS, type Column } from '../columns.ts';
import type { CohortField, CohortFilter } from '../window-query.ts';
import type { Parameters } from './session.ts';

/** The rule of `isPayloadBug`, in SQL. */
export const IS_PAYLOAD_BUG = `coalesce(
  (code = 1007 OR payload_defect IS NOT NULL) AND payload_defect IS DISTINCT FROM 'application', false)`;

/** What a field is in a result: text, close codes, or true and false. */
export type CountedType = 'VARCHAR' | 'USMALLINT' | 'BOOLEAN';

export function typeOf(field: CohortField): CountedType {
  if (field === 'payloadBug') return 'BOOLEAN';
  return field === 'code' ? 'USMALLINT' : 'VARCHAR';
}

/** SQL of a field, over a table `close_events`. */
export function countedExpression(field: CohortField): string {
  if (field === 'payloadBug') return IS_PAYLOAD_BUG;
  const { name, type } = columnOf(field);
  return type.storage === 'choice' ? `${name}::VARCHAR` : name;
}

/** SQL that keeps the rows of a cohort, given what each of its fields is, and the values that it takes as parameters. */
export function cohortCondition(
  where: CohortFilter,
  expressionOf: (field: CohortField) => string,
): { condition: string; parameters: Parameters } {
  const parameters: Parameters = {};
  const conditions = Object.entries(where).flatMap(([field, value]) => {
    if (value === undefined) return [];
    const expression = expressionOf(field as CohortField);
    if (value === null) return [`${expression} IS NULL`];
    parameters[field] = value;
    return [`${expression} = $${field}`];
  });
  return { condition: conditions.join(' AND ') || 'true', parameters };
}

function columnOf(field: Exclude<CohortField, 'payloadBug'>): Column {
  return COLUMNS.find(column => column.field === field)!;
}

/**
 * SQL that keeps closes of a range of event times; `to` does not belong to it. Literals, so that the planner sees the range
 * and leaves out row groups; the numbers are our own.
 */
export function closesWithin(from: number, to: number): string {
  return `kind = 'close' AND ${within(from, to)}`;
}

/** SQL that keeps a range of event times, epoch milliseconds; `to` does not belong to it. */
export function within(from: number, to: number, column = 'time'): string {
  return `${column} >= ${timestamp(from)} AND ${column} < ${timestamp(to)}`;
}

/** Ends of what a TIMESTAMP can be and a double holds exactly, in microseconds. */
const LAST_MICROSECOND = Number.MAX_SAFE_INTEGER;

function timestamp(milliseconds: number): string {
  const microseconds = Math.min(LAST_MICROSECOND, Math.max(-LAST_MICROSECOND, Math.round(milliseconds * 1_000)));
  return `make_timestamp(${microseconds}::BIGINT)`;
}
