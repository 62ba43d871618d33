import type { Logger } from 'pino';
import { addTally, type IngestTally, newIngestTally } from '../ingest-tally.ts';
import { MalformedRequestError } from '../otlp/malformed-request-error.ts';
import { RequestDecoder } from '../otlp/request-decoder.ts';
import type { Sender } from './access/ingest-access.ts';
import { ByteBudget, type ByteLease } from './byte-budget.ts';
import type { CollectorCounters, Protocol } from './collector-counters.ts';
import { type CollectorLimits, HELD_BYTES_PER_ROW, type Observe } from './collector-options.ts';
import type { CommitQueue } from './commit-queue.ts';
import { decompress } from './decompress.ts';
import { IncompleteRequest } from './read-body.ts';
import { Refusal } from './refusal.ts';
import type { Rejected, Signal } from './signal.ts';
import type { WireEncoding } from './wire-encoding.ts';

export interface IngestOptions {
  queue: CommitQueue;
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

/** How a request ended; a sender that went away is not told. */
export type IngestResult =
  | { outcome: 'accepted'; signal: Signal; wire: WireEncoding; rejected: Rejected | null }
  | { outcome: 'refused'; refusal: Refusal }
  | { outcome: 'gone' };

/** The spans of a request, ours and others', and the commit of its rows where it has any. */
interface WrittenRows {
  spans: number;
  committed: Promise<void> | undefined;
}

/** The one way from a request, by whatever protocol, to its commit; each ends in one counter. */
export class Ingest {
  readonly #options: IngestOptions;
  readonly #budget: ByteBudget;
  readonly #decoder = new RequestDecoder();
  readonly #inHand = new Set<Promise<IngestResult>>();
  #stopping = false;

  constructor(options: IngestOptions) {
    this.#options = options;
    this.#budget = new ByteBudget(options.limits.maxHeldBytes);
  }

  get heldBytes(): number {
    return this.#budget.held;
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
   * Takes a request: `receive` reads it, leasing what it holds, and throws Refusal or IncompleteRequest. Resolves after the commit, and
   * never rejects. What was leased is given back then.
   */
  take(protocol: Protocol, receive: (lease: ByteLease) => Promise<ReceivedRequest>): Promise<IngestResult> {
    const taken = this.#take(protocol, receive).finally(() => this.#inHand.delete(taken));
    this.#inHand.add(taken);
    return taken;
  }

  async #take(protocol: Protocol, receive: (lease: ByteLease) => Promise<ReceivedRequest>): Promise<IngestResult> {
    const requests = this.#options.counters.requests[protocol];
    const lease = this.#budget.lease();
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
      lease.release();
    }
  }

  async #commit(protocol: Protocol, request: ReceivedRequest, lease: ByteLease): Promise<Rejected | null> {
    const { counters, limits, observe } = this.#options;
    const body = await decompress(request.body, request.encoding, limits.maxBodyBytes, lease);
    counters.bytes[protocol].sent += request.body.length;
    counters.bytes[protocol].unpacked += body.length;
    observe('received');
    const tally = newIngestTally();
    const { spans, committed } = this.#writeRows(request, body, tally, lease);
    await committed;
    addTally(counters.spans, tally);
    this.#countFor(request.sender, spans);
    return rejectedOf(tally);
  }

  /** Nothing is awaited between the first row and `join`, so that the rows of requests do not mix; a refusal takes them back. */
  #writeRows({ wire, sender }: ReceivedRequest, body: Buffer, tally: IngestTally, lease: ByteLease): WrittenRows {
    const { queue, now, observe } = this.#options;
    const { batch } = queue.filling;
    const before = batch.rows;
    try {
      this.#decoder.traces(wire.name, body, batch, { receivedAt: now(), trusted: sender.trusted }, tally);
      observe('decoded');
      const rows = batch.rows - before;
      const spans = rows + tally.notRelevant + countOf(tally.unusable);
      sender.spend(spans);
      lease.grow(rows * HELD_BYTES_PER_ROW);
      return { spans, committed: rows === 0 ? undefined : queue.join() };
    } catch (error) {
      batch.truncate(before);
      throw error instanceof MalformedRequestError ? Refusal.malformed(error.message, error) : error;
    }
  }

  #countFor({ name }: Sender, spans: number): void {
    const counted = name === null ? undefined : this.#options.counters.tokens[name];
    if (counted === undefined) return;
    counted.requests += 1;
    counted.spans += spans;
  }

  #refusalFor(error: unknown): Refusal {
    if (error instanceof Refusal) return error;
    this.#options.logger.error({ err: error }, 'a request failed in a way that was not foreseen');
    return Refusal.unavailable('the collector failed: send again', error);
  }
}

/** Spans of ours that can't be used make a success partial; spans that are not ours do not. */
function rejectedOf({ unusable }: IngestTally): Rejected | null {
  const count = countOf(unusable);
  if (count === 0) return null;
  const reasons = Object.entries(unusable).filter(([, part]) => part > 0);
  return { count, message: `could not be used: ${reasons.map(([reason, part]) => `${reason} ${part}`).join(', ')}` };
}

function countOf(unusable: IngestTally['unusable']): number {
  return Object.values(unusable).reduce((sum, count) => sum + count, 0);
}
