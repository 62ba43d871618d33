import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { addTally, newIngestTally } from '../ingest-tally.ts';
import { closeEventsFromSpans } from '../otlp/close-events-from-spans.ts';
import { StringCache } from '../otlp/string-cache.ts';
import { MalformedRequestError, type TraceRequest } from '../otlp/trace-request.ts';
import type { AppendOutcome } from '../store.ts';
import { ByteBudget, type ByteLease } from './byte-budget.ts';
import { type CollectorCounters, newCollectorCounters } from './collector-counters.ts';
import { type CollectorOptions, DEFAULT_LIMITS, EVENT_BYTES, MAX_CONNECTIONS } from './collector-options.ts';
import { CommitQueue } from './commit-queue.ts';
import { IncompleteRequest, readBody } from './read-body.ts';
import { Refusal } from './refusal.ts';
import { type WireEncoding, wireEncodingOf, wireEncodingOfError } from './wire-encoding.ts';

/** An OTLP/HTTP receiver in front of a store. */
export interface Collector {
  /** Listens. Rejects with Node's own error, such as one with the code EADDRINUSE. */
  start(): Promise<{ host: string; port: number }>;
  /** Takes no more requests, commits and answers those in hand, and closes. The store stays open. */
  stop(): Promise<void>;
  readonly counters: CollectorCounters;
  /** Tells after each commit that stored something. Returns the unsubscribe function. */
  onCommit(listener: (outcome: AppendOutcome) => void): () => void;
}

/**
 * Makes a receiver for `POST /v1/traces` (protobuf and JSON, gzip). A 200 means committed and synced; requests are grouped into
 * commits. Errors carry a google.rpc.Status in the request's encoding. Source: the OTLP specification, "OTLP/HTTP".
 */
export function createCollector(options: CollectorOptions): Collector {
  const { store, host = '127.0.0.1', port = 4318, groupMs = 100, now = Date.now, observe = () => undefined } = options;
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const logger = options.logger ?? pino({ level: 'silent' });
  const counters = newCollectorCounters();
  const budget = new ByteBudget(limits.maxHeldBytes);
  const strings = new StringCache();
  const listeners = new Set<(outcome: AppendOutcome) => void>();
  const queue = new CommitQueue({ store, groupMs, counters, logger, observe, onCommit: tellListeners });
  const inHand = new Set<Promise<void>>();
  let stopping = false;

  const server = createServer(
    {
      headersTimeout: limits.headersTimeoutMs,
      requestTimeout: limits.requestTimeoutMs,
      connectionsCheckingInterval: Math.min(1_000, limits.headersTimeoutMs, limits.requestTimeoutMs),
    },
    (request, response) => {
      const handled = handle(request, response).finally(() => inHand.delete(handled));
      inHand.add(handled);
    },
  );
  server.maxConnections = MAX_CONNECTIONS;

  function tellListeners(outcome: AppendOutcome): void {
    for (const listener of listeners) {
      try {
        listener(outcome);
      } catch (error) {
        logger.error({ error }, 'a listener of commits failed');
      }
    }
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const lease = budget.lease();
    try {
      const encoding = await ingest(request, lease);
      counters.requests.accepted += 1;
      answer(response, 200, encoding, encoding.success);
    } catch (error) {
      refuse(request, response, error);
    } finally {
      lease.release();
    }
  }

  /** Takes one request from its head to its commit. Throws Refusal or IncompleteRequest. */
  async function ingest(request: IncomingMessage, lease: ByteLease): Promise<WireEncoding> {
    const encoding = admit(request);
    const body = await readBody(request, limits.maxBodyBytes, lease);
    observe('received');
    const tally = newIngestTally();
    const events = closeEventsFromSpans(decode(encoding, body), now(), tally);
    observe('decoded');
    lease.grow(events.length * EVENT_BYTES);
    if (events.length > 0) await queue.add(events);
    addTally(counters.spans, tally);
    return encoding;
  }

  function admit(request: IncomingMessage): WireEncoding {
    const path = request.url?.split('?', 1)[0] ?? '';
    if (path !== '/v1/traces') throw Refusal.notFound(`${request.method} ${path.slice(0, 100)}`);
    if (request.method !== 'POST') throw Refusal.wrongMethod(request.method ?? '');
    if (stopping) throw Refusal.unavailable('the collector is stopping');
    return wireEncodingOf(request.headers);
  }

  function decode(encoding: WireEncoding, body: Buffer): TraceRequest {
    try {
      return encoding.decode(body, strings);
    } catch (error) {
      if (error instanceof MalformedRequestError) throw Refusal.malformed(error.message, error);
      throw error;
    }
  }

  function refuse(request: IncomingMessage, response: ServerResponse, error: unknown): void {
    if (error instanceof IncompleteRequest) {
      counters.requests.incomplete += 1;
      return;
    }
    if (!(error instanceof Refusal)) logger.error({ error }, 'a request failed in a way that was not foreseen');
    const refusal = error instanceof Refusal ? error : Refusal.unavailable('the collector failed: send again', error);
    counters.requests[refusal.counter] += 1;
    const encoding = wireEncodingOfError(request.headers);
    answer(response, refusal.status, encoding, encoding.status(refusal.rpcCode, refusal.message), refusal.headers);
  }

  function answer(
    response: ServerResponse,
    status: number,
    { contentType }: WireEncoding,
    body: Buffer,
    headers: Record<string, string> = {},
  ): void {
    const connection = stopping ? { connection: 'close' } : {};
    response.writeHead(status, {
      'content-type': contentType,
      'content-length': body.length,
      ...connection,
      ...headers,
    });
    response.end(body, () => observe('answered'));
  }

  return {
    counters,
    start: () =>
      new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen(port, host, () => {
          server.off('error', reject);
          server.on('error', error => logger.error({ error }, 'the server could not accept a connection'));
          const address = server.address() as AddressInfo;
          resolve({ host: address.address, port: address.port });
        });
      }),
    async stop() {
      stopping = true;
      const closed = new Promise<void>(resolve => server.close(() => resolve()));
      const impatient = setTimeout(() => server.closeAllConnections(), limits.stopGraceMs);
      await queue.drain();
      await closed;
      clearTimeout(impatient);
      await Promise.all(inHand);
    },
    onCommit(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
