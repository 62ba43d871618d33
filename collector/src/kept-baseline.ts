/** What was usual of one service in one environment at a time, as the analyzer wrote it down; the document belongs to the analyzer. */
export interface KeptBaseline {
  service: string;
  environment: string | null;
  /** Event time, epoch milliseconds. */
  at: number;
  document: Record<string, unknown>;
}
