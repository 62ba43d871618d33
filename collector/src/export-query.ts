/** Which stored events to write into a file, and how. */
export interface ExportQuery {
  /** Event times, epoch milliseconds; `from` belongs to it, `to` does not. */
  from: number;
  to: number;
  /** Parquet with zstd, comma-separated values with a header, or a JSON object a line: the same columns in each. */
  format: 'parquet' | 'csv' | 'json';
}
