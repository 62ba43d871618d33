import { setTimeout as delay } from 'node:timers/promises';
import type { DeliveryOutcome, DueMessage, Store } from '@closewatch/collector';
import type { Logger } from 'pino';
import type { Channel } from './channel.ts';
import { type Attempt, type PostWebhook, postWebhookTo } from './post-webhook.ts';
import { MOST_ATTEMPTS, retryDelay } from './retry-schedule.ts';

/** What a delivery works with. `clock` gives epoch milliseconds, `random` numbers in [0, 1). */
export interface WebhookDeliveryParts {
  store: Pick<Store, 'readDueMessages' | 'readOutbox' | 'recordDelivery'>;
  channels: readonly Channel[];
  logger: Pick<Logger, 'info' | 'warn' | 'error'>;
  clock?: () => number;
  random?: () => number;
  fetch?: typeof globalThis.fetch;
}

/** Counted since the start of the process. */
interface DeliveryCounts {
  delivered: number;
  /** Attempts that were not accepted, and will be followed by another. */
  retried: number;
  /** Messages given up. */
  failed: number;
  /** Reads and writes of the outbox that the store refused. */
  storeFaults: number;
}

/** The running delivery of the outbox. */
export interface WebhookDelivery {
  start(): void;
  /** Gives requests under way two seconds; nothing is sent after it resolves. What is owed stays owed in the store. */
  stop(): Promise<void>;
  readonly counts: Readonly<DeliveryCounts>;
}

const POLL = 500; // ms between looks at the outbox: half a second is little beside the seconds that a verdict takes
const PAGE = 1_000; // messages a look; more than that are owed only after days, and come when these are done or given up
const AT_ONCE = 4; // requests a channel: one slow answer holds no other verdict up, and nobody is flooded
const GRACE = 2_000; // ms that a request under way has when everything stops

/**
 * Delivers the outbox to its channels. Whatever is not answered 2xx within 15 s is tried again, with exponential backoff
 * and full jitter (`retry-schedule.ts`), Retry-After honoured, for about three days: 4xx and 410 Gone too, and a channel
 * that is not configured now, since proxies and typing errors give those and a page is dear. All state is in the store:
 * at a restart what is owed is sent, under the same ids. A message has one attempt at a time, which lasts until it is
 * written down: when the store refuses that, the writing is repeated and not the request, so only a process that dies
 * between a 2xx and its commit sends twice. Messages of one verdict go to a channel in the order they were queued in.
 * Throws where a channel's URL or secret is unusable.
 */
export function createWebhookDelivery(parts: WebhookDeliveryParts): WebhookDelivery {
  const { store, channels, logger, clock = Date.now, random = Math.random, fetch = globalThis.fetch } = parts;
  const senders = new Map<string, PostWebhook>(
    channels.map(channel => [channel.name, postWebhookTo(channel, { fetch, clock })]),
  );
  const counts: DeliveryCounts = { delivered: 0, retried: 0, failed: 0, storeFaults: 0 };
  const faults = faultLog(logger);
  const stopping = new AbortController();
  const aborting = new AbortController();
  /** By message id; at most AT_ONCE a channel. */
  const underWay = new Map<string, { message: DueMessage; done: Promise<void> }>();
  let polling: Promise<void> | null = null;

  async function poll(): Promise<void> {
    while (!stopping.signal.aborted) {
      await look().then(
        () => faults.over('store'),
        error => {
          counts.storeFaults += 1;
          faults.occurred('store', 'The outbox could not be read', error);
        },
      );
      await delay(POLL, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  }

  async function look(): Promise<void> {
    for (const message of await store.readDueMessages(clock(), PAGE)) {
      if (stopping.signal.aborted) return;
      if (!hasRoom(message) || !(await isNext(message))) continue;
      const done = attempt(message).finally(() => underWay.delete(message.id));
      underWay.set(message.id, { message, done });
    }
  }

  function hasRoom({ channel, verdictId }: DueMessage): boolean {
    const there = [...underWay.values()].filter(({ message }) => message.channel === channel);
    return there.length < AT_ONCE && !there.some(({ message }) => message.verdictId === verdictId);
  }

  /**
   * The end of a verdict waits while its opening is still owed to the same channel. What was read may be older than an
   * attempt that has ended since: only a message that is still owed, and as often tried, is sent.
   */
  async function isNext({ id, verdictId, channel, attempts }: DueMessage): Promise<boolean> {
    const newestFirst = await store.readOutbox({ verdictId, limit: PAGE });
    const position = newestFirst.findIndex(entry => entry.id === id);
    const itself = newestFirst[position];
    if (itself === undefined || itself.state !== 'due' || itself.attempts !== attempts) return false;
    const earlier = newestFirst.slice(position + 1);
    return !earlier.some(entry => entry.channel === channel && entry.state === 'due');
  }

  async function attempt(message: DueMessage): Promise<void> {
    const send = senders.get(message.channel) ?? sendNowhere;
    const outcome = outcomeOf(message, await send(message, aborting.signal));
    do {
      try {
        await store.recordDelivery(message.id, outcome);
        count(message, outcome);
        return;
      } catch (error) {
        counts.storeFaults += 1;
        faults.occurred('record', 'A delivery could not be written down', error);
        await delay(POLL, undefined, { signal: aborting.signal }).catch(() => undefined);
      }
    } while (!aborting.signal.aborted);
  }

  function outcomeOf(message: DueMessage, result: Attempt): DeliveryOutcome {
    const at = clock();
    if (result.accepted) return { state: 'delivered', at, status: result.status };
    const attempts = message.attempts + 1;
    if (attempts >= MOST_ATTEMPTS) return { state: 'failed', at, problem: result.problem };
    const dueAt = at + Math.max(retryDelay(attempts, random), result.retryAfter);
    return { state: 'retry', at, dueAt, problem: result.problem };
  }

  function count({ id, channel }: DueMessage, outcome: DeliveryOutcome): void {
    faults.over('record');
    if (outcome.state === 'delivered') {
      counts.delivered += 1;
      faults.over(`channel ${channel}`);
      return;
    }
    counts[outcome.state === 'retry' ? 'retried' : 'failed'] += 1;
    faults.occurred(`channel ${channel}`, `Alerts don't get through to ${channel}: ${outcome.problem}`);
    if (outcome.state === 'failed') logger.error({ message: id, channel }, 'An alert is given up');
  }

  return {
    counts,
    start() {
      polling ??= poll();
    },
    async stop() {
      stopping.abort();
      await polling;
      const done = Promise.all([...underWay.values()].map(entry => entry.done));
      const grace = new AbortController();
      const patience = delay(GRACE, undefined, { signal: grace.signal }).catch(() => undefined);
      await Promise.race([done, patience]);
      grace.abort();
      aborting.abort();
      await done;
    },
  };
}

const sendNowhere: PostWebhook = async ({ channel }) => ({
  accepted: false,
  problem: `expected a configured channel, got "${channel}"`,
  retryAfter: 0,
});

/** Logs a fault at its first occurrence and its end, with how often it occurred; in between it is counted only. */
function faultLog(logger: WebhookDeliveryParts['logger']) {
  const occurrences = new Map<string, number>();
  return {
    occurred(fault: string, text: string, error?: unknown): void {
      const times = (occurrences.get(fault) ?? 0) + 1;
      occurrences.set(fault, times);
      if (times === 1) logger.warn(error === undefined ? { fault } : { fault, err: error }, text);
    },
    over(fault: string): void {
      const times = occurrences.get(fault);
      if (times === undefined) return;
      occurrences.delete(fault);
      logger.info({ fault, times }, 'A fault of the delivery is over');
    },
  };
}
