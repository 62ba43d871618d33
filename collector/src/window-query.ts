/** What closes can be counted by beside time. */
export type WindowField =
  | 'service'
  | 'environment'
  | 'serviceVersion'
  | 'code'
  | 'clientName'
  | 'clientVersion'
  | 'region'
  | 'instance'
  | 'role'
  | 'payloadBug';

/** Fields by which a cohort is taken apart. */
export type CohortField =
  | WindowField
  | 'urlTemplate'
  | 'urlPath'
  | 'subprotocol'
  | 'payloadSignature'
  | 'payloadDefect'
  | 'clientId';

/** What a field of a cohort may be. */
export type CohortValue = string | number | boolean | null;

/** Which closes are counted: all that have these values; a field that is left out may have any. */
export type CohortFilter = { readonly [Field in CohortField]?: CohortValue };

/** A window of time cut into bins. */
export interface WindowQuery {
  /** Event times, epoch milliseconds, 0 or later; `from` belongs to it, `to` does not. */
  from: number;
  to: number;
  /** Length of a bin, whole seconds; bins start at multiples of it since the epoch. Milliseconds. */
  binMs: number;
  by: readonly WindowField[];
  where?: CohortFilter;
  /** Only bins into which rows with a larger sequence fell: what late data changed. Their counts are whole all the same. */
  changedAfter?: number;
}

/** The values of one field of many groups: `values[places[group]]` is what that group has. */
export interface WindowValues {
  /** Each once, in no order. */
  values: readonly CohortValue[];
  places: Uint32Array;
}

/**
 * Closes of a window, counted by bin and by the query's fields: columns, as an hour by second is 100,000 groups and more. The
 * groups come in no order; one that counts nothing is not among them.
 */
export interface WindowCounts {
  groups: number;
  /** Start of the group's bin, epoch milliseconds. */
  bins: Float64Array;
  /** A column a field, in the order of `by`. */
  by: readonly WindowValues[];
  /** Closes, sampled ones with their weight, to a millionth. */
  closes: Float64Array;
  /** Rows behind them. */
  rows: Float64Array;
}

/** A cohort, and the field whose values take it apart. */
export interface BreakdownQuery {
  /** Event times, epoch milliseconds, 0 or later; `from` belongs to it, `to` does not. */
  from: number;
  to: number;
  by: CohortField;
  where?: CohortFilter;
  payloadBugsOnly?: boolean;
  limit: number;
}

/** Closes that share one value. */
export interface BreakdownRow {
  value: CohortValue;
  /** Closes, sampled ones with their weight, to a millionth. */
  closes: number;
  /** Distinct client ids; connection ids where a close has none. */
  clients: number;
}

/** Whose story: of one connection, the other end's rows included where it is known, or of one client. Times as in a window. */
export type StoryQuery = { from?: number; to?: number; limit: number } & (
  | { connectionId: string }
  | { clientId: string }
);
