/** Somebody's order to alert nobody of certain verdicts for a while. */
export interface Silence {
  id: string;
  /** What it is about: fields of a verdict, or attributes of its cohort, and the value that each has to have. */
  matchers: readonly { name: string; value: string }[];
  /** Epoch milliseconds. */
  startsAt: number;
  endsAt: number;
  author: string;
  reason: string;
}
