import type { Analyzer, SeriesBin, VerdictEvent } from '@closewatch/analyzer';
import type { Request, Response } from 'express';
import { RequestProblem } from './problem.ts';
import { toTime } from './query.ts';

/** Which bins a client of the stream draws. */
export interface StreamView {
  binSeconds: number;
  service?: string;
  environment?: string;
}

/** Whole bins that replace those of the same time. `watermark` is null before the first event. */
export interface SeriesDelta {
  type: 'series.delta';
  timestamp: string;
  data: { binSeconds: number; items: SeriesBin[]; watermark: string | null };
}

/** What the stream has done since it started. */
export interface StreamCounters {
  /** Clients that are connected now. */
  clients: number;
  /** Clients that were turned away because `MOST_CLIENTS` were connected. */
  refused: number;
  /** Clients that were cut off because they read more slowly than things happen. */
  dropped: number;
}

/** 100 open pages: each costs a socket and at most `MOST_UNREAD` of memory, so 25 MiB together. */
const MOST_CLIENTS = 100;
/** 256 KiB is several minutes of deltas. A client that is this far behind refetches faster than it catches up. */
const MOST_UNREAD = 256 * 1024;
/** Ticks are gathered for this long, so that a burst of them costs one delta. */
const DELTA_EVERY = 500; // ms
/** A silent stream says so this often: proxies cut idle connections, and a page has to know that it is not stale. */
const HEARTBEAT_EVERY = 5_000; // ms
/** A delta goes this far back behind the watermark. Later rows still reach a page when it refetches, once a minute. */
const DELTA_SPAN = 60_000; // ms

interface Client {
  response: Response;
  view: StreamView;
}

/**
 * Server-sent events to every open page: `verdict.*` as they become durable, and `series.delta` after the analyzer's
 * ticks. There is no backlog and there are no event ids: a client that was away refetches, which is always right.
 */
export class LiveStream {
  readonly #analyzer: Analyzer;
  readonly #now: () => number;
  readonly #clients = new Set<Client>();
  readonly #unsubscribe: (() => void)[] = [];
  #heartbeat: NodeJS.Timeout | undefined;
  #pendingDelta: NodeJS.Timeout | undefined;
  #refused = 0;
  #dropped = 0;

  constructor(analyzer: Analyzer, now: () => number) {
    this.#analyzer = analyzer;
    this.#now = now;
  }

  get counters(): StreamCounters {
    return { clients: this.#clients.size, refused: this.#refused, dropped: this.#dropped };
  }

  start(): void {
    this.#unsubscribe.push(
      this.#analyzer.onVerdict(event => this.#sendVerdict(event)),
      this.#analyzer.onTick(() => this.#scheduleDelta()),
    );
    this.#heartbeat = setInterval(() => this.#beat(), HEARTBEAT_EVERY);
  }

  /** Ends every stream; the pages try again by themselves. */
  stop(): void {
    for (const unsubscribe of this.#unsubscribe.splice(0)) unsubscribe();
    clearInterval(this.#heartbeat);
    clearTimeout(this.#pendingDelta);
    this.#pendingDelta = undefined;
    for (const { response } of this.#clients) response.end();
    this.#clients.clear();
  }

  /** Turns a request into a stream that lives until either side ends it. */
  connect(request: Request, response: Response, view: StreamView): void {
    if (this.#clients.size >= MOST_CLIENTS) {
      this.#refused += 1;
      response.set('retry-after', '10');
      const words = { got: `${MOST_CLIENTS + 1} streams`, expected: `at most ${MOST_CLIENTS}` };
      throw new RequestProblem(503, 'too_many_streams', 'Close a page, or try again later.', words);
    }
    const client = { response, view };
    this.#clients.add(client);
    request.on('close', () => this.#clients.delete(client));
    // nginx would gather the events into a buffer.
    const headers = { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' };
    response.status(200).set(headers);
    response.flushHeaders();
    this.#send(client, 'retry: 1000\n\n');
    this.#send(client, this.#deltaText(view));
  }

  #sendVerdict(event: VerdictEvent): void {
    const text = eventText(event);
    for (const client of this.#clients) this.#send(client, text);
  }

  #scheduleDelta(): void {
    this.#pendingDelta ??= setTimeout(() => {
      this.#pendingDelta = undefined;
      this.#sendDeltas();
    }, DELTA_EVERY);
  }

  #beat(): void {
    for (const client of this.#clients) this.#send(client, ': heartbeat\n\n');
    if (this.#pendingDelta === undefined) this.#sendDeltas();
  }

  /** Pages with the same view share one reading of the series. */
  #sendDeltas(): void {
    const texts = new Map<string, string>();
    for (const client of this.#clients) {
      const key = JSON.stringify(client.view);
      const text = texts.get(key) ?? this.#deltaText(client.view);
      texts.set(key, text);
      this.#send(client, text);
    }
  }

  #deltaText(view: StreamView): string {
    const { watermark } = this.#analyzer;
    const binLength = view.binSeconds * 1000;
    const from = Math.floor((watermark - DELTA_SPAN) / binLength) * binLength;
    const items = watermark === 0 ? [] : this.#analyzer.series({ ...view, from, to: watermark });
    const data = { binSeconds: view.binSeconds, items, watermark: watermark === 0 ? null : toTime(watermark) };
    return eventText({ type: 'series.delta', timestamp: toTime(this.#now()), data });
  }

  #send(client: Client, text: string): void {
    if (client.response.writableLength > MOST_UNREAD) {
      this.#dropped += 1;
      this.#clients.delete(client);
      client.response.destroy();
      return;
    }
    client.response.write(text);
  }
}

function eventText(event: VerdictEvent | SeriesDelta): string {
  return `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
}
