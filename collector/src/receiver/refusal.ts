import type { RequestOutcome } from './collector-counters.ts';
import { RPC } from './rpc-code.ts';

/** Seconds after which an exporter may try again: a commit takes milliseconds, and a full queue drains in a second. */
const RETRY_AFTER_S = 1;

interface Kind {
  /** HTTP's. */
  status: number;
  rpcCode: number;
  outcome: Exclude<RequestOutcome, 'accepted' | 'preflight' | 'incomplete'>;
}

const MALFORMED: Kind = { status: 400, rpcCode: RPC.INVALID_ARGUMENT, outcome: 'malformed' };
const UNAUTHENTICATED: Kind = { status: 401, rpcCode: RPC.UNAUTHENTICATED, outcome: 'unauthenticated' };
const FORBIDDEN: Kind = { status: 403, rpcCode: RPC.PERMISSION_DENIED, outcome: 'forbidden' };
const FOREIGN_HOST: Kind = { status: 403, rpcCode: RPC.PERMISSION_DENIED, outcome: 'misdirected' };
const NOT_FOUND: Kind = { status: 404, rpcCode: RPC.NOT_FOUND, outcome: 'misdirected' };
const WRONG_METHOD: Kind = { status: 405, rpcCode: RPC.UNIMPLEMENTED, outcome: 'misdirected' };
const TOO_LARGE: Kind = { status: 413, rpcCode: RPC.RESOURCE_EXHAUSTED, outcome: 'tooLarge' };
const UNSUPPORTED: Kind = { status: 415, rpcCode: RPC.UNIMPLEMENTED, outcome: 'unsupported' };
const LIMITED: Kind = { status: 429, rpcCode: RPC.RESOURCE_EXHAUSTED, outcome: 'limited' };
const OVERLOADED: Kind = { status: 503, rpcCode: RPC.UNAVAILABLE, outcome: 'overloaded' };
const UNAVAILABLE: Kind = { status: 503, rpcCode: RPC.UNAVAILABLE, outcome: 'unavailable' };

/** A request that is answered with an error, over HTTP or gRPC, and the counter that it goes to. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly kind: Kind;
  /** Seconds after which it may be sent again; null where that would not help. */
  readonly retryAfter: number | null;

  private constructor(kind: Kind, message: string, more: { retryAfter?: number; cause?: unknown } = {}) {
    super(message, { cause: more.cause });
    this.kind = kind;
    this.retryAfter = more.retryAfter ?? null;
  }

  static malformed(message: string, cause?: unknown): Refusal {
    return new Refusal(MALFORMED, message, { cause });
  }

  static unauthenticated(): Refusal {
    return new Refusal(UNAUTHENTICATED, 'expected a token of ingest.tokens as "authorization: Bearer TOKEN"');
  }

  static foreignOrigin(origin: string): Refusal {
    return new Refusal(FORBIDDEN, `expected an origin of cors_origins or of the token, got ${JSON.stringify(origin)}`);
  }

  static foreignHost(got: string | undefined): Refusal {
    const message = `expected localhost, an address or one of allowed_hosts as host, got ${JSON.stringify(got ?? null)}`;
    return new Refusal(FOREIGN_HOST, message);
  }

  static notFound(paths: readonly string[], got: string): Refusal {
    return new Refusal(NOT_FOUND, `expected POST ${paths.join(', ')}, got ${got}`);
  }

  static wrongMethod(path: string, method: string): Refusal {
    return new Refusal(WRONG_METHOD, `expected POST ${path}, got ${method}`);
  }

  static tooLarge(limit: number): Refusal {
    return new Refusal(TOO_LARGE, `expected at most ${limit} bytes, decompressed, got more: send smaller batches`);
  }

  static tooManySpans(limit: number): Refusal {
    return new Refusal(
      TOO_LARGE,
      `expected at most ${limit} spans at once with this public token: send smaller batches`,
    );
  }

  static unsupported(what: string, expected: string, got: string | undefined): Refusal {
    const message = `expected ${expected} as ${what}, got ${got === undefined ? 'none' : JSON.stringify(got)}`;
    return new Refusal(UNSUPPORTED, message);
  }

  static limited(retryAfter: number): Refusal {
    return new Refusal(LIMITED, 'expected fewer spans a second with this public token', { retryAfter });
  }

  /** One of the statuses that exporters retry; a 500 would make them drop. */
  static overloaded(): Refusal {
    return new Refusal(OVERLOADED, 'too much is waiting for its commit', { retryAfter: RETRY_AFTER_S });
  }

  static unavailable(message: string, cause?: unknown): Refusal {
    return new Refusal(UNAVAILABLE, message, { retryAfter: RETRY_AFTER_S, cause });
  }
}
