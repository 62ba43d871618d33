import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DeliveryOutcome, type OutboxMessage, openDuckDbStore, type Store } from '@closewatch/collector';
import { pino } from 'pino';
import { Webhook } from 'standardwebhooks';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Receiver } from './receiver.fixture.ts';
import { createWebhookDelivery, type WebhookDeliveryParts } from './webhook-delivery.ts';

const SECRET = `whsec_${Buffer.from('a secret of thirty-two bytes ...').toString('base64')}`;

let folder: string;
let store: Store;
let logged: { level: number; msg: string; fault?: string; times?: number }[];
let cleanups: (() => Promise<unknown>)[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'closewatch-delivery-'));
  store = await openDuckDbStore({ folder });
  logged = [];
  cleanups = [];
});

afterEach(async () => {
  for (const cleanup of cleanups.reverse()) await cleanup();
  await store.close();
  await rm(folder, { recursive: true });
});

function receiverThat(...answer: ConstructorParameters<typeof Receiver>): Receiver {
  const receiver = new Receiver(...answer);
  cleanups.push(() => receiver.close());
  return receiver;
}

/** A delivery to `url` that retries without delay, over a store that tells of every recorded outcome. */
function deliveryTo(url: string, parts: Partial<WebhookDeliveryParts> = {}) {
  const outcomes: DeliveryOutcome[] = [];
  const waiting: { state: string; count: number; resolve: () => void }[] = [];
  const counted = (state: string) => outcomes.filter(outcome => outcome.state === state).length;
  const watched: WebhookDeliveryParts['store'] = {
    readDueMessages: (now, limit) => store.readDueMessages(now, limit),
    readOutbox: query => store.readOutbox(query),
    async recordDelivery(id, outcome) {
      await (parts.store ?? store).recordDelivery(id, outcome);
      outcomes.push(outcome);
      for (const { state, count, resolve } of waiting) if (counted(state) >= count) resolve();
    },
  };
  const delivery = createWebhookDelivery({
    channels: [{ name: 'oncall', url, secret: SECRET }],
    logger: pino({ level: 'info' }, { write: line => void logged.push(JSON.parse(line)) }),
    random: () => 0,
    ...parts,
    store: watched,
  });
  cleanups.push(() => delivery.stop());
  delivery.start();
  const recorded = async (state: DeliveryOutcome['state'], count: number) => {
    if (counted(state) < count) await new Promise<void>(resolve => waiting.push({ state, count, resolve }));
  };
  return { delivery, outcomes, recorded };
}

const message = (id: string, verdictId: string, channel = 'oncall'): OutboxMessage => ({
  id,
  verdictId,
  channel,
  body: JSON.stringify({ type: 'verdict.opened', timestamp: '2026-11-23T10:00:31.000Z', data: { id: verdictId } }),
  createdAt: Date.now() - 1_000,
});
const queue = (...messages: OutboxMessage[]) => store.keepVerdicts({ verdicts: [], transitions: [], messages });

/** A store on which nothing can be written down: the process died between the answer and its commit. */
const diesBeforeCommit: WebhookDeliveryParts['store'] = {
  readDueMessages: (now, limit) => store.readDueMessages(now, limit),
  readOutbox: query => store.readOutbox(query),
  recordDelivery: () => Promise.reject(new Error('the process is gone')),
};

describe('the delivery of the outbox', () => {
  it('gets a message through to a receiver that is down, then broken, then well, and once only', async () => {
    const probe = receiverThat(response => void response.end());
    const url = await probe.listen();
    await probe.close();
    const { delivery, outcomes, recorded } = deliveryTo(url);
    await queue(message('msg_1', 'v-1'));
    await recorded('retry', 1);

    const receiver = receiverThat(
      (response, _request, index) => void response.writeHead(index === 0 ? 500 : 204).end(),
    );
    await receiver.listen(Number(new URL(url).port));
    await recorded('delivered', 1);
    await queue(message('msg_2', 'v-2'));
    await recorded('delivered', 2);

    expect(receiver.received.map(({ headers }) => headers['webhook-id'])).toEqual(['msg_1', 'msg_1', 'msg_2']);
    const problems = outcomes.map(outcome => ('problem' in outcome ? outcome.problem : outcome.status));
    expect(problems[0]).toBe('expected an answer 2xx, got none: ECONNREFUSED');
    expect(problems.slice(-3)).toEqual(['expected an answer 2xx, got 500', 204, 204]);
    expect(delivery.counts).toMatchObject({ delivered: 2, failed: 0, storeFaults: 0 });
    expect(await store.readDueMessages(Date.now() + 3_600_000, 10)).toEqual([]);
  });

  it('signs every attempt by Standard Webhooks, over the body that was queued', async () => {
    const receiver = receiverThat(response => void response.writeHead(204).end());
    const { recorded } = deliveryTo(await receiver.listen());
    const sent = message('msg_1', 'v-1');
    await queue(sent);
    await recorded('delivered', 1);

    const [{ headers, body }] = receiver.received as [(typeof receiver.received)[0]];
    expect(body).toBe(sent.body);
    expect(headers['content-type']).toBe('application/json');
    const verified = new Webhook(SECRET).verify(body, headers as Record<string, string>);
    expect(verified).toEqual(JSON.parse(sent.body));
    expect(() => new Webhook(SECRET).verify(`${body} `, headers as Record<string, string>)).toThrow('No matching');
  });

  it('sends the same webhook-id again after the process dies between a 2xx and its commit', async () => {
    const receiver = receiverThat(response => void response.writeHead(204).end());
    const url = await receiver.listen();
    await queue(message('msg_1', 'v-1'));
    // The death is simulated: the first delivery's store refuses to write its outcome down, and is then stopped.
    const first = deliveryTo(url, { store: diesBeforeCommit });
    await receiver.got(1);
    await first.delivery.stop();
    const second = deliveryTo(url);
    await second.recorded('delivered', 1);
    expect(receiver.received.map(({ headers }) => headers['webhook-id'])).toEqual(['msg_1', 'msg_1']);
  });

  it('repeats the writing and not the request when the store refuses once', async () => {
    const receiver = receiverThat(response => void response.writeHead(204).end());
    let refused = 0;
    const refusesOnce: WebhookDeliveryParts['store'] = {
      ...diesBeforeCommit,
      recordDelivery: async (id, outcome) => {
        refused += 1;
        if (refused === 1) throw new Error('no space left');
        await store.recordDelivery(id, outcome);
      },
    };
    const { delivery, recorded } = deliveryTo(await receiver.listen(), { store: refusesOnce });
    await queue(message('msg_1', 'v-1'));
    await recorded('delivered', 1);
    expect(receiver.received).toHaveLength(1);
    expect(delivery.counts).toMatchObject({ delivered: 1, storeFaults: 1 });
  });

  it('keeps the order of one verdict, while others overtake it', async () => {
    const receiver = receiverThat((response, { headers }, index) => {
      response.writeHead(headers['webhook-id'] === 'opened' && index < 3 ? 503 : 204).end();
    });
    await queue(message('opened', 'v-1'), message('ended', 'v-1'), message('other', 'v-2'));
    const { recorded } = deliveryTo(await receiver.listen());
    await recorded('delivered', 3);
    const ids = receiver.received.map(({ headers }) => headers['webhook-id']);
    expect(ids.slice(-2)).toEqual(['opened', 'ended']);
    expect(ids.filter(id => id === 'ended')).toHaveLength(1);
    expect(ids.indexOf('other')).toBeLessThan(2);
  });

  it('has at most four requests a channel under way, and one for a message', async () => {
    const answers: (() => void)[] = [];
    const receiver = receiverThat(async response => {
      await new Promise<void>(resolve => answers.push(resolve));
      response.writeHead(204).end();
    });
    await queue(...Array.from({ length: 6 }, (_, index) => message(`msg_${index}`, `v-${index}`)));
    let looks = 0;
    let sawTwoMoreLooks = () => {};
    const { recorded } = deliveryTo(await receiver.listen(), {
      clock: () => {
        looks += 1;
        return Date.now();
      },
    });
    await receiver.got(4);
    const lookedAgain = new Promise<void>(resolve => {
      sawTwoMoreLooks = resolve;
    });
    const before = looks;
    const watch = setInterval(() => looks >= before + 2 && sawTwoMoreLooks(), 20);
    await lookedAgain;
    clearInterval(watch);
    expect(receiver.received).toHaveLength(4);
    const answerAll = setInterval(() => answers.splice(0).forEach(answer => void answer()), 20);
    await recorded('delivered', 6);
    clearInterval(answerAll);
    expect(receiver.mostAtOnce).toBe(4);
    expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(6);
  });

  it('waits for as long as Retry-After says', async () => {
    const receiver = receiverThat(response => void response.writeHead(429, { 'retry-after': '120' }).end());
    const { outcomes, recorded } = deliveryTo(await receiver.listen());
    await queue(message('msg_1', 'v-1'));
    await recorded('retry', 1);
    const [outcome] = outcomes;
    if (outcome?.state !== 'retry') throw new Error(`expected a retry, got ${outcome?.state}`);
    expect(outcome.dueAt - outcome.at).toBeGreaterThanOrEqual(119_000);
    expect(outcome.dueAt - outcome.at).toBeLessThanOrEqual(120_000);
  });

  it('does not follow a redirect, and retries 410 like anything else', async () => {
    const receiver = receiverThat((response, _request, index) => {
      response.writeHead([307, 410, 204][index]!, { location: '/elsewhere' }).end();
    });
    const { outcomes, recorded } = deliveryTo(await receiver.listen());
    await queue(message('msg_1', 'v-1'));
    await recorded('delivered', 1);
    expect(outcomes.map(outcome => ('problem' in outcome ? outcome.problem : outcome.status))).toEqual([
      'expected an answer 2xx, got 307 (redirects are not followed)',
      'expected an answer 2xx, got 410',
      204,
    ]);
  });

  it('keeps a message for a channel that is not configured now, and delivers the others', async () => {
    const receiver = receiverThat(response => void response.writeHead(204).end());
    await queue(message('lost', 'v-1', 'removed'), message('msg_1', 'v-2'));
    const { recorded } = deliveryTo(await receiver.listen());
    await Promise.all([recorded('delivered', 1), recorded('retry', 1)]);
    const [lost] = await store.readOutbox({ verdictId: 'v-1', limit: 1 });
    expect(lost).toMatchObject({ state: 'due', problem: 'expected a configured channel, got "removed"' });
  });

  it('gives a message up after 600 attempts, says so, and keeps it as failed', async () => {
    const receiver = receiverThat(response => void response.writeHead(500).end());
    await queue(message('msg_1', 'v-1'));
    for (let attempts = 0; attempts < 599; attempts += 1) {
      await store.recordDelivery('msg_1', { state: 'retry', at: 1, dueAt: 1, problem: 'down' });
    }
    const { delivery, recorded } = deliveryTo(await receiver.listen());
    await recorded('failed', 1);
    expect(await store.readOutbox({ limit: 1 })).toMatchObject([{ state: 'failed', attempts: 600 }]);
    expect(delivery.counts.failed).toBe(1);
    expect(logged.map(({ msg }) => msg)).toContain('An alert is given up');
  });

  it('logs a fault that repeats once, and its end with how often it came', async () => {
    const receiver = receiverThat((response, _request, index) => void response.writeHead(index < 3 ? 500 : 204).end());
    const { delivery, recorded } = deliveryTo(await receiver.listen());
    await queue(message('msg_1', 'v-1'));
    await recorded('delivered', 1);
    await delivery.stop();
    expect(logged.map(({ level, msg, times }) => ({ level, msg, times }))).toEqual([
      { level: 40, msg: "Alerts don't get through to oncall: expected an answer 2xx, got 500", times: undefined },
      { level: 30, msg: 'A fault of the delivery is over', times: 3 },
    ]);
    expect(delivery.counts).toMatchObject({ delivered: 1, retried: 3 });
  });

  it('leaves to its successor what is queued after it has stopped', async () => {
    const receiver = receiverThat(response => void response.writeHead(204).end());
    const url = await receiver.listen();
    const { delivery, recorded } = deliveryTo(url);
    await queue(message('msg_1', 'v-1'));
    await recorded('delivered', 1);
    await delivery.stop();
    await queue(message('msg_2', 'v-2'));
    const successor = deliveryTo(url);
    await successor.recorded('delivered', 1);
    expect(delivery.counts.delivered).toBe(1);
    expect(receiver.received.map(({ headers }) => headers['webhook-id'])).toEqual(['msg_1', 'msg_2']);
  });

  it.each([
    [
      { secret: 'hunter2!' },
      'channel oncall: expected a secret of the form whsec_ and base64, got something else (not shown)',
    ],
    [{ url: 'ftp://127.0.0.1/' }, 'channel oncall: expected an http or https URL, got "ftp://127.0.0.1/"'],
  ])('refuses an unusable channel at once: %j', (facts, problem) => {
    const channel = { name: 'oncall', url: 'http://127.0.0.1:9/', secret: SECRET, ...facts };
    expect(() => createWebhookDelivery({ store, channels: [channel], logger: pino({ level: 'silent' }) })).toThrow(
      problem,
    );
  });
});
