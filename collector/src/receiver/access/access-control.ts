import type { Buffer } from 'node:buffer';
import { hash, timingSafeEqual } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import type { CollectorCounters } from '../collector-counters.ts';
import { Refusal } from '../refusal.ts';
import type { IngestAccess, IngestToken, PublicToken, Sender } from './ingest-access.ts';
import { TokenBucket } from './token-bucket.ts';

/** What counts as a span whatever is in it: a browser's close in JSON takes about as much. */
export const BYTES_PER_SPAN = 1_024;

interface Known {
  digest: Buffer;
  sender: Sender;
  /** Null for any. */
  origins: ReadonlySet<string> | null;
}

const ANYBODY: Sender = {
  name: null,
  trusted: true,
  maxBodyBytes: Number.POSITIVE_INFINITY,
  spend: () => undefined,
  settle: () => undefined,
};

/** Decides who a request comes from. Tokens can be replaced while it runs; a bucket stays with its token's name. */
export class AccessControl {
  readonly #counters: CollectorCounters['tokens'];
  readonly #now: () => number;
  readonly #buckets = new Map<string, TokenBucket>();
  #known: readonly Known[] = [];
  #origins: ReadonlySet<string> = new Set();

  /** `now` is a monotonic clock in milliseconds. */
  constructor(
    access: IngestAccess,
    counters: CollectorCounters['tokens'],
    now: () => number = () => performance.now(),
  ) {
    this.#counters = counters;
    this.#now = now;
    this.use(access);
  }

  /** From now on these tokens, and no others, let in. */
  use({ tokens, publicTokens, corsOrigins }: IngestAccess): void {
    for (const { name } of [...tokens, ...publicTokens]) this.#counters[name] ??= { requests: 0, items: 0, limited: 0 };
    this.#known = [...tokens.map(trusted), ...publicTokens.map(token => this.#untrusted(token))];
    this.#origins = new Set([...corsOrigins, ...publicTokens.flatMap(token => token.origins)]);
  }

  /** True where any page may send. */
  get hasOrigins(): boolean {
    return this.#origins.size > 0;
  }

  /** True where pages of this origin may send, as far as a preflight can tell, which has no token yet. */
  allowsOrigin(origin: string): boolean {
    return this.#origins.has(origin);
  }

  /**
   * The sender by its `authorization` header (and its `origin`, where it is a page). Every token is compared, each by a digest of the same length,
   * so that the time it takes tells nothing. Throws Refusal (401, 403, 429).
   */
  senderOf(authorization: string | undefined, origin: string | undefined): Sender {
    if (this.#known.length === 0) return ANYBODY;
    const token = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
    if (token === undefined) throw Refusal.unauthenticated();
    const digest = digestOf(token);
    let found: Known | undefined;
    for (const known of this.#known) if (timingSafeEqual(known.digest, digest)) found = known;
    if (found === undefined) throw Refusal.unauthenticated();
    if (origin !== undefined && found.origins !== null && !found.origins.has(origin)) {
      throw Refusal.foreignOrigin(origin.slice(0, 100));
    }
    found.sender.spend(0);
    return found.sender;
  }

  #untrusted({ name, token, origins, spansPerSecond }: PublicToken): Known {
    const bucket = this.#buckets.get(name) ?? new TokenBucket(spansPerSecond, this.#now);
    bucket.setRate(spansPerSecond);
    this.#buckets.set(name, bucket);
    const limit = (refusal: Refusal) => {
      this.#counters[name]!.limited += 1;
      throw refusal;
    };
    const sender: Sender = {
      name,
      trusted: false,
      maxBodyBytes: bucket.peak * BYTES_PER_SPAN,
      spend(spans) {
        if (spans > bucket.peak) limit(Refusal.tooManySpans(bucket.peak));
        const seconds = bucket.take(spans);
        if (seconds > 0) limit(Refusal.limited(seconds));
      },
      settle(spent, spans) {
        bucket.owe(Math.max(0, spans - spent));
        if (spans > bucket.peak) limit(Refusal.tooManySpans(bucket.peak));
      },
    };
    return { digest: digestOf(token), sender, origins: origins.length === 0 ? null : new Set(origins) };
  }
}

function trusted({ name, token }: IngestToken): Known {
  return { digest: digestOf(token), sender: { ...ANYBODY, name }, origins: null };
}

function digestOf(token: string): Buffer {
  return hash('sha256', token, 'buffer');
}
