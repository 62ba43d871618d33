import type { Attribution } from '../attribution/attribution.ts';
import type { Connection } from '../connection.ts';

/** What a stream counts, from its key: closes with a code, handshakes that failed with a status (null without an answer), or the rest. */
export type SpikeSubject =
  | { kind: 'close'; code: number }
  | { kind: 'handshake'; status: number | null }
  | { kind: 'others' };

/** A rise of one close code, or of one status of failed handshakes. Times are epoch milliseconds. */
export interface CloseSpike {
  service: string;
  subject: SpikeSubject;
  startedAt: number;
  endedAt: number | null;
  closes: number;
  /** Each once per ten minutes. */
  clients: number;
  expected: number;
  /** What came in its first quarter of an hour, and what it is compared with. */
  bugs: readonly Connection[];
  population: readonly Connection[];
  attribution: Attribution;
  /** How many of `bugs` fell into a wave. */
  inWaves: number;
}

/** The subject of a stream, `close 1011`, `handshake 401`, `handshake none` or `others`. */
export function subjectOf(stream: string): SpikeSubject {
  const [kind, value] = stream.split(' ');
  if (kind === 'close') return { kind, code: Number(value) };
  if (kind === 'handshake') return { kind, status: value === 'none' ? null : Number(value) };
  return { kind: 'others' };
}
