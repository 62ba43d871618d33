/** One day of receipt as it is stored. */
export interface StoredDay {
  /** `2026-11-25`, in UTC. */
  day: string;
  /** `live` takes rows; `closed` is a file of the engine's own, and `packed` a smaller one; `parquet` is one that any tool reads. */
  form: 'live' | 'closed' | 'packed' | 'parquet';
  rows: number;
  bytes: number;
  /** Sequences of its first and its last row; both 0 where it has none. */
  firstSequence: number;
  lastSequence: number;
  /** Event times of its earliest and latest row, epoch milliseconds; null where it has none. */
  earliest: number | null;
  latest: number | null;
}

/** What the store says of itself, for `/readyz`, `/metrics` and the log. */
export interface StoreStatus {
  /** `no_space` and `reopening` end by themselves; rows are refused meanwhile, and reads go on where they can. */
  state: 'ready' | 'no_space' | 'reopening' | 'closed';
  days: readonly StoredDay[];
  /** Sequence of the last row. */
  sequence: number;
  /** Rows that were acknowledged once and were gone when the store was opened: see the high-water mark. */
  lostRows: number;
  /** Rows that retention took away, since the start. */
  retiredRows: number;
  /** Rounds of upkeep that failed since the start: rolling up and rewriting closed days, and taking old ones away. Each is tried again. */
  failedUpkeep: number;
  /** What the store holds on the disk. Bytes. */
  bytes: number;
  /** What the disk has left. Bytes; null where the system does not say. */
  freeBytes: number | null;
}
