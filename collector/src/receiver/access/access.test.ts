import { gzipSync } from 'node:zlib';
import { Client, credentials, Metadata, type ServiceError, status } from '@grpc/grpc-js';
import { afterEach, describe, expect, it } from 'vitest';
import type { CloseEvent } from '../../close-event.ts';
import { otlpLinesFromEvents } from '../../otlp/otlp-lines-from-events.ts';
import { closeEvent } from '../../testdata/close-event.ts';
import { jsonRequest } from '../../testdata/json-request.ts';
import { type RunningCollector, runCollector } from '../../testdata/running-collector.ts';
import type { CollectorOptions } from '../collector-options.ts';
import { type IngestAccess, OPEN_ACCESS } from './ingest-access.ts';

const TRACES = '/opentelemetry.proto.collector.trace.v1.TraceService/Export';
const APP = 'https://app.example';

/** Two that rotate, and one that any visitor of APP can read. */
const ACCESS: IngestAccess = {
  tokens: [
    { name: 'old', token: 'sesame' },
    { name: 'new', token: 'open-sesame' },
  ],
  publicTokens: [{ name: 'web', token: 'pk-1', origins: [APP], spansPerSecond: 1 }],
  corsOrigins: ['https://status.example'],
};

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

function request(...events: CloseEvent[]): string {
  return [...otlpLinesFromEvents(events)][0] as string;
}

let running: RunningCollector;
async function run(access = ACCESS, options: Partial<CollectorOptions> = {}): Promise<RunningCollector> {
  running = await runCollector({ access, ...options });
  return running;
}
afterEach(() => running.stop());

describe('a collector with tokens', () => {
  it('takes each of its tokens, and answers any other, or none, with 401 and how to ask', async () => {
    const { post, collector } = await run();
    for (const token of ['sesame', 'open-sesame']) expect((await post('{}', bearer(token))).status).toBe(200);
    const wrong = [
      {},
      bearer('sesam'),
      bearer('sesame2'),
      { authorization: 'sesame' },
      { authorization: 'Basic sesame' },
    ];
    for (const headers of wrong) {
      const answer = await post('{}', headers);
      expect([answer.status, answer.headers.get('www-authenticate'), await answer.json()]).toEqual([
        401,
        'Bearer',
        { code: 16, message: 'expected a token of ingest.tokens as "authorization: Bearer TOKEN"' },
      ]);
    }
    expect(collector.counters.requests.http).toMatchObject({ accepted: 2, unauthenticated: 5 });
    expect(collector.counters.tokens).toMatchObject({ old: { requests: 1 }, new: { requests: 1 } });
  });

  it('takes the tokens that it is given while it runs, and no longer the old ones', async () => {
    const { post, collector } = await run();
    collector.useAccess({ ...OPEN_ACCESS, tokens: [{ name: 'third', token: 'abracadabra' }] });
    expect((await post('{}', bearer('sesame'))).status).toBe(401);
    expect((await post('{}', bearer('abracadabra'))).status).toBe(200);
  });

  it('asks gRPC callers for them too', async () => {
    const { grpcAddress } = await run(ACCESS, { grpcPort: 0 });
    const client = new Client(grpcAddress, credentials.createInsecure());
    const raw = (bytes: Buffer) => bytes;
    const call = (headers: Record<string, string>) =>
      new Promise<number>(resolve =>
        client.makeUnaryRequest(TRACES, raw, raw, Buffer.alloc(0), metadataOf(headers), (error: ServiceError | null) =>
          resolve(error?.code ?? status.OK),
        ),
      );
    expect(await call({})).toBe(status.UNAUTHENTICATED);
    expect(await call(bearer('wrong'))).toBe(status.UNAUTHENTICATED);
    expect(await call(bearer('sesame'))).toBe(status.OK);
    expect(running.collector.counters.requests.grpc).toMatchObject({ accepted: 1, unauthenticated: 2 });
    client.close();
  });
});

function metadataOf(headers: Record<string, string>): Metadata {
  const metadata = new Metadata();
  for (const [name, value] of Object.entries(headers)) metadata.set(name, value);
  return metadata;
}

describe('a public token', () => {
  const fromPage = { ...bearer('pk-1'), origin: APP };

  it("brings clients' spans only, as not trusted, and the others are told as rejected", async () => {
    const { post, store, collector } = await run();
    const body = request(closeEvent(1, { role: 'client' }), closeEvent(2, { role: 'server' }));
    const answer = await post(body, fromPage);
    expect([answer.status, await answer.json()]).toEqual([
      200,
      { partialSuccess: { rejectedSpans: '1', errorMessage: 'could not be used: not_a_client 1' } },
    ]);
    await post(request(closeEvent(3, { role: 'server' })), bearer('sesame'));
    const { events } = await store.readEventsAfter(0, 10);
    expect(events.map(event => [event.spanId, event.trusted])).toEqual([
      [closeEvent(1).spanId, false],
      [closeEvent(3).spanId, true],
    ]);
    expect(collector.counters.tokens.web).toEqual({ requests: 1, items: 2, limited: 0 });
    expect(collector.counters.spans.unusable.not_a_client).toBe(1);
  });

  it('is no token for pages of another origin', async () => {
    const { post, collector } = await run();
    const answer = await post('{}', { ...bearer('pk-1'), origin: 'https://evil.example' });
    expect([answer.status, await answer.json()]).toEqual([
      403,
      { code: 7, message: 'expected an origin of cors_origins or of the token, got "https://evil.example"' },
    ]);
    expect(collector.counters.requests.http.forbidden).toBe(1);
  });

  it('that brings more than its rate is answered with 429 and when to come back, and stores nothing then', async () => {
    const { post, store, collector } = await run();
    const many = (from: number, to: number) =>
      request(...Array.from({ length: to - from }, (_, serial) => closeEvent(from + serial, { role: 'client' })));
    expect((await post(many(100, 600), fromPage)).status).toBe(200);
    expect((await post(many(600, 615), fromPage)).status).toBe(200);
    const next = await post(request(closeEvent(20, { role: 'client' })), fromPage);
    expect(next.status).toBe(429);
    const retryAfter = Number(next.headers.get('retry-after')); // 515 spans of the 512 that may come at once, one a second
    expect(retryAfter).toBeGreaterThanOrEqual(1);
    expect(retryAfter).toBeLessThanOrEqual(3);
    expect((await post('{}', bearer('sesame'))).status).toBe(200);
    expect((await store.readEventsAfter(0, 1_000)).events).toHaveLength(515);
    expect(collector.counters.requests.http.limited).toBe(1);
    expect(collector.counters.tokens.web).toMatchObject({ limited: 1 });
  });
});

describe('requests with a public token', () => {
  const fromPage = { ...bearer('pk-1'), origin: APP };

  it('of more than may come at once are refused for good, and silence nobody', async () => {
    const { post, store, collector } = await run();
    const spans = Array.from({ length: 600 }, (_, serial) => ({ spanId: closeEvent(serial + 1).spanId, name: 'x' }));
    const long = gzipSync(' '.repeat(513 * 1_024));
    const refused = [
      await post(long, { ...fromPage, 'content-encoding': 'gzip' }),
      await post(jsonRequest(spans), fromPage),
    ];
    expect(refused.map(answer => [answer.status, answer.headers.get('retry-after')])).toEqual([
      [413, null],
      [413, null],
    ]);
    expect(await refused[1]!.json()).toEqual({
      code: 8,
      message: 'expected at most 512 spans at once with this public token: send smaller batches',
    });
    expect((await store.readEventsAfter(0, 10)).events).toEqual([]);
    expect(collector.counters.requests.http.tooLarge).toBe(2);
  });

  it.each([
    ['other metrics', JSON.stringify({ resourceMetrics: [{ scopeMetrics: [{ metrics: Array(500).fill({}) }] }] }), 200],
    ['fields that nobody knows', JSON.stringify({ unknown: 'x'.repeat(500 * 1_024) }), 200],
    ['what is malformed', `{"resourceMetrics": [${' '.repeat(500 * 1_024)}`, 400],
  ])('pay for %s too', async (_, body, status) => {
    const { postMetrics } = await run();
    const statuses = [];
    for (let round = 0; round < 3; round++) statuses.push((await postMetrics(body, fromPage)).status);
    expect(statuses).toEqual([status, status, 429]);
  });

  it('pay for nothing at all', async () => {
    const { post } = await run();
    let rounds = 0;
    for (; (await post('{}', fromPage)).status === 200; rounds++) expect(rounds).toBeLessThan(1_000);
    expect(rounds).toBeGreaterThanOrEqual(512);
  });
});

describe('a browser', () => {
  it.each([APP, 'https://status.example'])(
    'is told that pages of %s may send, and may read the answer',
    async origin => {
      const { collector } = await run();
      const asked = await fetch(`${running.origin}/v1/traces`, {
        method: 'OPTIONS',
        headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' },
      });
      expect([asked.status, await asked.text()]).toEqual([204, '']);
      expect(Object.fromEntries(asked.headers)).toMatchObject({
        'access-control-allow-origin': origin,
        'access-control-allow-methods': 'POST',
        'access-control-allow-headers': 'authorization, content-type, content-encoding',
        vary: 'origin',
      });
      expect(asked.headers.has('access-control-allow-credentials')).toBe(false);
      for (const headers of [bearer('sesame'), bearer('wrong')]) {
        const answer = await running.post('{}', { ...headers, origin });
        expect(answer.headers.get('access-control-allow-origin')).toBe(origin);
        expect(answer.headers.get('vary')).toBe('origin');
      }
      expect(collector.counters.requests.http).toMatchObject({ preflight: 1, accepted: 1, unauthenticated: 1 });
    },
  );

  it('is told that pages of other origins may not', async () => {
    const { post } = await run();
    const asked = await fetch(`${running.origin}/v1/traces`, {
      method: 'OPTIONS',
      headers: { origin: 'https://evil.example', 'access-control-request-method': 'POST' },
    });
    expect([asked.status, asked.headers.get('access-control-allow-origin')]).toEqual([403, null]);
    const answer = await post('{}', { ...bearer('sesame'), origin: 'https://evil.example' });
    expect([answer.headers.get('access-control-allow-origin'), answer.headers.get('vary')]).toEqual([null, 'origin']);
  });
});
