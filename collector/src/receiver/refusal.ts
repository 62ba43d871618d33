import type { CollectorCounters } from './collector-counters.ts';

/** Codes of google.rpc.Status. Source: https://github.com/googleapis/googleapis/blob/master/google/rpc/code.proto */
const RPC = {
  INVALID_ARGUMENT: 3,
  NOT_FOUND: 5,
  PERMISSION_DENIED: 7,
  RESOURCE_EXHAUSTED: 8,
  UNIMPLEMENTED: 12,
  UNAVAILABLE: 14,
} as const;

/** Seconds after which an exporter may try again: a commit takes milliseconds, and a full queue drains in a second. */
const RETRY_AFTER_S = '1';

/** A request that is answered with an error: the HTTP status, the body's Status, and the counter that it goes to. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly status: number;
  readonly rpcCode: number;
  readonly counter: keyof CollectorCounters['requests'];
  readonly headers: Record<string, string>;

  private constructor(
    status: number,
    rpcCode: number,
    counter: keyof CollectorCounters['requests'],
    message: string,
    { headers = {}, cause }: { headers?: Record<string, string>; cause?: unknown } = {},
  ) {
    super(message, { cause });
    this.status = status;
    this.rpcCode = rpcCode;
    this.counter = counter;
    this.headers = headers;
  }

  static malformed(message: string, cause?: unknown): Refusal {
    return new Refusal(400, RPC.INVALID_ARGUMENT, 'malformed', message, { cause });
  }

  static notFound(path: string): Refusal {
    return new Refusal(404, RPC.NOT_FOUND, 'misdirected', `expected POST /v1/traces, got ${path}`);
  }

  static foreignHost(got: string | undefined): Refusal {
    const message = `expected localhost, an address or one of allowed_hosts as host, got ${JSON.stringify(got ?? null)}`;
    return new Refusal(403, RPC.PERMISSION_DENIED, 'misdirected', message);
  }

  static wrongMethod(method: string): Refusal {
    const headers = { allow: 'POST' };
    return new Refusal(405, RPC.UNIMPLEMENTED, 'misdirected', `expected POST /v1/traces, got ${method}`, { headers });
  }

  static tooLarge(limit: number): Refusal {
    const message = `expected at most ${limit} bytes, decompressed, got more: send smaller batches`;
    return new Refusal(413, RPC.RESOURCE_EXHAUSTED, 'tooLarge', message);
  }

  static unsupported(header: string, expected: string, got: string | undefined): Refusal {
    const message = `expected ${expected} as ${header}, got ${got === undefined ? 'none' : JSON.stringify(got)}`;
    return new Refusal(415, RPC.INVALID_ARGUMENT, 'unsupported', message);
  }

  /** One of the statuses that exporters retry; a 500 would make them drop. */
  static overloaded(): Refusal {
    const headers = { 'retry-after': RETRY_AFTER_S };
    return new Refusal(503, RPC.UNAVAILABLE, 'overloaded', 'too much is waiting for its commit', { headers });
  }

  static unavailable(message: string, cause?: unknown): Refusal {
    const headers = { 'retry-after': RETRY_AFTER_S };
    return new Refusal(503, RPC.UNAVAILABLE, 'unavailable', message, { headers, cause });
  }
}
