/** Rows of a batch, by their numbers in ascending order: the first `count` of `rows`. */
export interface RowSet {
  rows: Uint32Array;
  count: number;
}
