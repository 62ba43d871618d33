import type { Logger } from 'pino';
import type { GaugeSample } from '../gauge-sample.ts';
import { addTally, type IngestTally, newIngestTally } from '../ingest-tally.ts';
import type { ServiceSkew } from '../otlp/clock-skew.ts';
import { MalformedRequestError } from '../otlp/malformed-request-error.ts';
import type { RequestDecoder } from '../otlp/request-decoder.ts';
import { BYTES_PER_SPAN } from './access/access-control.ts';
import type { Sender } from './access/ingest-access.ts';
import { ByteBudget, type ByteLease } from './byte-budget.ts';
import type { CollectorCounters, Protocol } from './collector-counters.ts';
import {
  type CollectorLimits,
  HELD_BYTES_PER_GAUGE,
  HELD_BYTES_PER_JSON_BYTE,
  HELD_BYTES_PER_ROW,
  type Observe,
} from './collector-options.ts';
import type { CommitQueue } from './commit-queue.ts';
import { decompress } from './decompress.ts';
import { IncompleteRequest } from './read-body.ts';
import { Refusal } from './refusal.ts';
import type { Rejected, Signal } from './signal.ts';
import type { WireEncoding } from './wire-encoding.ts';

export interface IngestOptions {
  queue: CommitQueue;
  decoder: RequestDecoder;
  counters: CollectorCounters;
  limits: CollectorLimits;
  logger: Logger;
  /** The clock, in epoch milliseconds. */
  now: () => number;
  observe: Observe;
}

/** A request whose body is complete. */
export interface ReceivedRequest {
  signal: Signal;
  sender: Sender;
  wire: WireEncoding;
  /** As the sender sent it. */
  body: Buffer;
  /** One of BODY_ENCODINGS. */
  encoding: string;
}

/** Reads a request, leasing what it holds. Rejects with Refusal or IncompleteRequest. */
type Receive = (lease: ByteLease) => Promise<ReceivedRequest>;

/** How a request ended; a sender that went away is not told. */
export type IngestResult =
  | { outcome: 'accepted'; signal: Signal; wire: WireEncoding; rejected: Rejected | null }
  | { outcome: 'refused'; refusal: Refusal }
  | { outcome: 'gone' };

/** How many spans, records and points a request had, ours and others', and the commit where something was stored of it. */
interface Written {
  items: number;
  committed: Promise<void> | undefined;
}

/** The one way from a request, by whatever protocol, to its commit; each ends in one counter. */
export class Ingest {
  readonly #options: IngestOptions;
  readonly budget: ByteBudget;
  readonly #decoder: RequestDecoder;
  readonly #inHand = new Set<Promise<IngestResult>>();
  #stopping = false;

  constructor(options: IngestOptions) {
    this.#options = options;
    this.#decoder = options.decoder;
    this.budget = new ByteBudget(options.limits.maxHeldBytes);
  }

  /** By service. */
  get clockSkew(): ReadonlyMap<string, ServiceSkew> {
    return this.#decoder.clockSkew.services;
  }

  get isStopping(): boolean {
    return this.#stopping;
  }

  /** From now on requests are refused. */
  stopTaking(): void {
    this.#stopping = true;
  }

  /** Resolves when every request that was taken has ended. */
  async settled(): Promise<void> {
    await Promise.all(this.#inHand);
  }

  /**
   * Takes a request. Resolves after the commit, and never rejects. What was leased is given back then, or, where the protocol keeps hold of
   * what it has read, once `letGo` resolves too.
   */
  take(protocol: Protocol, receive: Receive, letGo?: Promise<void>): Promise<IngestResult> {
    const taken = this.#take(protocol, receive, letGo).finally(() => this.#inHand.delete(taken));
    this.#inHand.add(taken);
    return taken;
  }

  async #take(protocol: Protocol, receive: Receive, letGo: Promise<void> | undefined): Promise<IngestResult> {
    const requests = this.#options.counters.requests[protocol];
    const lease = this.budget.lease();
    try {
      if (this.#stopping) throw Refusal.unavailable('the collector is stopping');
      const request = await receive(lease);
      const rejected = await this.#commit(protocol, request, lease);
      requests.accepted += 1;
      return { outcome: 'accepted', signal: request.signal, wire: request.wire, rejected };
    } catch (error) {
      if (error instanceof IncompleteRequest) {
        requests.incomplete += 1;
        return { outcome: 'gone' };
      }
      const refusal = this.#refusalFor(error);
      requests[refusal.kind.outcome] += 1;
      return { outcome: 'refused', refusal };
    } finally {
      if (letGo === undefined) lease.release();
      else void letGo.then(lease.release);
    }
  }

  async #commit(protocol: Protocol, request: ReceivedRequest, lease: ByteLease): Promise<Rejected | null> {
    const { counters, limits, observe } = this.#options;
    const maxBytes = Math.min(limits.maxBodyBytes, request.sender.maxBodyBytes);
    const body = await decompress(request.body, request.encoding, maxBytes, lease);
    counters.bytes[protocol].sent += request.body.length;
    counters.bytes[protocol].unpacked += body.length;
    observe('received');
    const tally = newIngestTally();
    const { items, committed } = this.#write(request, body, tally, lease);
    await committed;
    addTally(counters.spans, tally);
    this.#countFor(request.sender, items);
    return rejectedOf(tally);
  }

  /** Nothing is awaited between the first row and `join`, so that the rows of requests do not mix; a refusal takes them back. */
  #write({ wire, signal, sender }: ReceivedRequest, body: Buffer, tally: IngestTally, lease: ByteLease): Written {
    const { queue, now, observe } = this.#options;
    const { batch, gauges } = queue.filling;
    const before = batch.rows;
    // Before anything is decoded, so that nothing is free, whatever it is.
    const spent = Math.max(1, Math.floor(body.length / BYTES_PER_SPAN));
    sender.spend(spent);
    const receipt = { receivedAt: now(), trusted: sender.trusted };
    const parsed = wire.name === 'json' ? body.length * HELD_BYTES_PER_JSON_BYTE : 0;
    lease.grow(parsed);
    try {
      const points = this.#decode(signal, wire.name, body, batch, receipt, tally);
      lease.shrink(parsed);
      observe('decoded');
      const rows = batch.rows - before;
      const others = tally.notRelevant + tally.otherLogRecords + tally.otherMetrics + countOf(tally.unusable);
      const items = rows + points.length + others;
      sender.settle(spent, items);
      lease.grow(rows * HELD_BYTES_PER_ROW + points.length * HELD_BYTES_PER_GAUGE);
      for (const point of points) gauges.push(point);
      return { items, committed: rows + points.length === 0 ? undefined : queue.join() };
    } catch (error) {
      batch.truncate(before);
      throw error instanceof MalformedRequestError ? Refusal.malformed(error.message, error) : error;
    }
  }

  /** Rows go into the batch; the points of a gauge are returned. Throws MalformedRequestError. */
  #decode(signal: Signal, ...request: Parameters<RequestDecoder['traces']>): GaugeSample[] {
    if (signal === 'metrics') return this.#decoder.metrics(...request);
    if (signal === 'logs') this.#decoder.logs(...request);
    else this.#decoder.traces(...request);
    return [];
  }

  #countFor({ name }: Sender, items: number): void {
    const counted = name === null ? undefined : this.#options.counters.tokens[name];
    if (counted === undefined) return;
    counted.requests += 1;
    counted.items += items;
  }

  #refusalFor(error: unknown): Refusal {
    if (error instanceof Refusal) return error;
    this.#options.logger.error({ err: error }, 'a request failed in a way that was not foreseen');
    return Refusal.unavailable('the collector failed: send again', error);
  }
}

/** What is ours and can't be used makes a success partial; what is not ours does not. */
function rejectedOf({ unusable }: IngestTally): Rejected | null {
  const count = countOf(unusable);
  if (count === 0) return null;
  const reasons = Object.entries(unusable).filter(([, part]) => part > 0);
  return { count, message: `could not be used: ${reasons.map(([reason, part]) => `${reason} ${part}`).join(', ')}` };
}

function countOf(unusable: IngestTally['unusable']): number {
  return Object.values(unusable).reduce((sum, count) => sum + count, 0);
}
