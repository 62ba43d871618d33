import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import { addTally, newIngestTally } from '../ingest-tally.ts';
import { closeEventsFromSpans } from '../otlp/close-events-from-spans.ts';
import { StringCache } from '../otlp/string-cache.ts';
import { MalformedRequestError, type TraceRequest } from '../otlp/trace-request.ts';
import { isAllowedHost } from './allowed-host.ts';
import { ByteBudget, type ByteLease } from './byte-budget.ts';
import type { CollectorCounters } from './collector-counters.ts';
import { type CollectorLimits, EVENT_BYTES, type Observe } from './collector-options.ts';
import type { CommitQueue } from './commit-queue.ts';
import { IncompleteRequest, readBody } from './read-body.ts';
import { Refusal } from './refusal.ts';
import { type WireEncoding, wireEncodingOf, wireEncodingOfError } from './wire-encoding.ts';

const TRACES_PATH = '/v1/traces';

export interface TraceEndpointOptions {
  queue: CommitQueue;
  counters: CollectorCounters;
  limits: CollectorLimits;
  allowedHosts: readonly string[];
  logger: Logger;
  /** The clock, in epoch milliseconds. */
  now: () => number;
  observe: Observe;
}

/** Takes requests from their head to their answer; each ends in one counter. */
export class TraceEndpoint {
  readonly #options: TraceEndpointOptions;
  readonly #budget: ByteBudget;
  readonly #strings = new StringCache();
  readonly #inHand = new Set<Promise<void>>();
  #stopping = false;

  constructor(options: TraceEndpointOptions) {
    this.#options = options;
    this.#budget = new ByteBudget(options.limits.maxHeldBytes);
  }

  handle(request: IncomingMessage, response: ServerResponse): void {
    const handled = this.#handle(request, response).finally(() => this.#inHand.delete(handled));
    this.#inHand.add(handled);
  }

  /** From now on requests are refused, and connections closed after their answer. */
  stopTaking(): void {
    this.#stopping = true;
  }

  /** Resolves when every request that was taken has been answered or given up. */
  async settled(): Promise<void> {
    await Promise.all(this.#inHand);
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const lease = this.#budget.lease();
    try {
      const encoding = await this.#ingest(request, lease);
      this.#options.counters.requests.accepted += 1;
      this.#answer(response, 200, encoding, encoding.success);
    } catch (error) {
      this.#refuse(request, response, error);
    } finally {
      lease.release();
    }
  }

  /** Throws Refusal or IncompleteRequest. */
  async #ingest(request: IncomingMessage, lease: ByteLease): Promise<WireEncoding> {
    const { queue, counters, limits, now, observe } = this.#options;
    const encoding = this.#admit(request);
    const body = await readBody(request, limits.maxBodyBytes, lease);
    observe('received');
    const tally = newIngestTally();
    const events = closeEventsFromSpans(this.#decode(encoding, body), now(), tally);
    observe('decoded');
    lease.grow(events.length * EVENT_BYTES);
    if (events.length > 0) await queue.add(events);
    addTally(counters.spans, tally);
    return encoding;
  }

  #admit(request: IncomingMessage): WireEncoding {
    const { host } = request.headers;
    if (!isAllowedHost(host, this.#options.allowedHosts)) throw Refusal.foreignHost(host?.slice(0, 100));
    const path = request.url?.split('?', 1)[0] ?? '';
    if (path !== TRACES_PATH) throw Refusal.notFound(`${request.method} ${path.slice(0, 100)}`);
    if (request.method !== 'POST') throw Refusal.wrongMethod(request.method ?? '');
    if (this.#stopping) throw Refusal.unavailable('the collector is stopping');
    return wireEncodingOf(request.headers);
  }

  #decode(encoding: WireEncoding, body: Buffer): TraceRequest {
    try {
      return encoding.decode(body, this.#strings);
    } catch (error) {
      if (error instanceof MalformedRequestError) throw Refusal.malformed(error.message, error);
      throw error;
    }
  }

  #refuse(request: IncomingMessage, response: ServerResponse, error: unknown): void {
    const { counters, logger } = this.#options;
    if (error instanceof IncompleteRequest) {
      counters.requests.incomplete += 1;
      return;
    }
    if (!(error instanceof Refusal)) logger.error({ err: error }, 'a request failed in a way that was not foreseen');
    const refusal = error instanceof Refusal ? error : Refusal.unavailable('the collector failed: send again', error);
    counters.requests[refusal.counter] += 1;
    const encoding = wireEncodingOfError(request.headers);
    this.#answer(
      response,
      refusal.status,
      encoding,
      encoding.status(refusal.rpcCode, refusal.message),
      refusal.headers,
    );
  }

  #answer(
    response: ServerResponse,
    status: number,
    { contentType }: WireEncoding,
    body: Buffer,
    headers: Record<string, string> = {},
  ): void {
    const connection = this.#stopping ? { connection: 'close' } : {};
    const common = { 'content-type': contentType, 'content-length': body.length };
    response.writeHead(status, { ...common, ...connection, ...headers });
    response.end(body, () => this.#options.observe('answered'));
  }
}
