import { type IngestTally, newIngestTally } from '../ingest-tally.ts';
import type { Arrivals } from './count-arrivals.ts';

/** How a request can end, in the terms of HTTP. */
const REQUEST_OUTCOMES = [
  /** 200. */
  'accepted',
  /** 204: what a browser asks before a page's request. */
  'preflight',
  /** 400: no OTLP request, or broken compression. */
  'malformed',
  /** 401: no token, or one that nobody knows. */
  'unauthenticated',
  /** 403: a public token from an origin that it is not for. */
  'forbidden',
  /** 403 for another host's name, 404 and 405; gRPC's UNIMPLEMENTED for another method. */
  'misdirected',
  /** 413: a body too long, or more spans at once than a public token may bring at any time. */
  'tooLarge',
  /** 415: another content type or content encoding. */
  'unsupported',
  /** 429: more spans than its public token may send. */
  'limited',
  /** 503, as too much is in hand. */
  'overloaded',
  /** 503, as the store could not commit, or the collector stops. */
  'unavailable',
  /** The sender went away, or timed out, before its request was complete. */
  'incomplete',
] as const;

export type RequestOutcome = (typeof REQUEST_OUTCOMES)[number];

export type Protocol = 'http' | 'grpc';

/**
 * What the collector has done since it was made. Every request and every span ends in one of these; what comes to the gRPC port and is no gRPC (another
 * content type) is answered with 415 by grpc-js itself, and no request.
 */
export interface CollectorCounters {
  requests: Record<Protocol, Record<RequestOutcome, number>>;
  /** Bytes of complete bodies: as they were sent, and decompressed. */
  bytes: Record<Protocol, { sent: number; unpacked: number }>;
  connections: Record<Protocol, ConnectionCounters>;
  /** Of accepted requests, by the name of their token: `items` are spans, log records and points; `limited` are requests refused for sending too much. */
  tokens: Record<string, { requests: number; items: number; limited: number }>;
  commits: { succeeded: number; failed: number };
  /** Events of accepted requests. */
  events: { stored: number; duplicates: number };
  /** Points of `websocket.connections.active`. */
  gauges: { stored: number };
  /** Events of commits, those that were there already among them. */
  arrivals: Arrivals;
  /** Spans, records and points of accepted requests that were not stored, and values that were mended. */
  spans: IngestTally;
}

interface ConnectionCounters {
  accepted: number;
  /** Closed at once, as there were too many. */
  refused: number;
  /** Closed over what came before any request: no HTTP, or nothing in time. */
  broken: number;
}

export function newCollectorCounters(): CollectorCounters {
  return {
    requests: { http: noOutcomes(), grpc: noOutcomes() },
    bytes: { http: { sent: 0, unpacked: 0 }, grpc: { sent: 0, unpacked: 0 } },
    connections: {
      http: { accepted: 0, refused: 0, broken: 0 },
      grpc: { accepted: 0, refused: 0, broken: 0 },
    },
    tokens: {},
    commits: { succeeded: 0, failed: 0 },
    events: { stored: 0, duplicates: 0 },
    gauges: { stored: 0 },
    arrivals: { ahead: 0, prompt: 0, delayed: 0, late: 0 },
    spans: newIngestTally(),
  };
}

function noOutcomes(): Record<RequestOutcome, number> {
  return Object.fromEntries(REQUEST_OUTCOMES.map(outcome => [outcome, 0])) as Record<RequestOutcome, number>;
}
