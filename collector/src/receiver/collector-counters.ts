import { type IngestTally, newIngestTally } from '../ingest-tally.ts';

/** What the collector has done since it was made. Every request and every span ends in one of these. */
export interface CollectorCounters {
  /** Requests, by how they ended. */
  requests: {
    /** 200. */
    accepted: number;
    /** 400: no OTLP request, or broken compression. */
    malformed: number;
    /** 413. */
    tooLarge: number;
    /** 415: another content type or content encoding. */
    unsupported: number;
    /** 403 for another host's name, 404 and 405. */
    misdirected: number;
    /** 503, as too much is in hand. */
    overloaded: number;
    /** 503, as the store could not commit, or the collector stops. */
    unavailable: number;
    /** The sender went away, or timed out, before its request was complete. */
    incomplete: number;
  };
  commits: { succeeded: number; failed: number };
  /** Events of accepted requests. */
  events: { stored: number; duplicates: number };
  /** Spans of accepted requests that became no event, and values that were mended. */
  spans: IngestTally;
}

export function newCollectorCounters(): CollectorCounters {
  return {
    requests: {
      accepted: 0,
      malformed: 0,
      tooLarge: 0,
      unsupported: 0,
      misdirected: 0,
      overloaded: 0,
      unavailable: 0,
      incomplete: 0,
    },
    commits: { succeeded: 0, failed: 0 },
    events: { stored: 0, duplicates: 0 },
    spans: newIngestTally(),
  };
}
