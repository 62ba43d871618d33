import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { beforeAll, expect, it } from 'vitest';
import type { Announcement } from './announcement.ts';
import { Fleet } from './fleet.ts';
import { Play } from './play-story.ts';
import { realClock } from './real-clock.ts';
import { type SeenSpan, spansFromOtlp } from './span-from-otlp.ts';
import { planStory, type Scale } from './story.ts';

/** The whole story with two gateways and twelve clients, in a few seconds. */
const SMALL: Scale = {
  slots: 2,
  clients: 12,
  clientsWithBug: 4,
  quiet: [1, 1],
  instanceGap: [1, 1],
  between: [1, 1],
  bugAfter: [0.5, 0.5],
  aftermath: [2.5, 2.5],
  strayEvery: [0.9, 0.9],
  comeBackAfter: [0.2, 0.4],
};

const story = planStory(2, SMALL);
const seen: SeenSpan[] = [];
const heard: Announcement[] = [];
const sink = createServer(async (request, response) => {
  seen.push(...spansFromOtlp(await buffer(request)));
  response.setHeader('content-type', 'application/x-protobuf').end();
});

beforeAll(async () => {
  await once(sink.listen(0, '127.0.0.1'), 'listening');
  process.env.OTEL_EXPORTER_OTLP_ENDPOINT = `http://127.0.0.1:${(sink.address() as AddressInfo).port}`;
  const failed = Promise.withResolvers<never>();
  const fleet = new Fleet(story, { log: () => {}, failed: failed.reject });
  const clock = realClock(new AbortController().signal);
  const play = new Play(story, { fleet, clock, announce: line => heard.push(line) });
  try {
    await Promise.race([play.run({ freeze: true }), failed.promise]);
  } finally {
    fleet.kill();
    sink.closeAllConnections();
    sink.close();
    delete process.env.OTEL_EXPORTER_OTLP_ENDPOINT;
  }
});

function count(service: string, name: string, attributes: Record<string, unknown> = {}): number {
  const wanted = Object.entries(attributes);
  return seen.filter(
    span =>
      span.service === service && span.name === name && wanted.every(([key, value]) => span.attributes[key] === value),
  ).length;
}

it('exports every connect, close, reconnect and drain of a whole story, each connection from both ends', () => {
  expect(heard.at(-1)).toEqual({ type: 'frozen' });
  const restarted = { 'websocket.close.code': 1012 };
  expect(count('gateway', 'websocket.drain')).toBe(4);
  // Two deploys close twelve connections each, less those that were between two connections just then.
  expect(count('gateway', 'websocket.close', restarted)).toBeGreaterThan(16);
  expect(count('gateway', 'websocket.close', restarted)).toBeLessThanOrEqual(24);
  expect(count('fleet-clients', 'websocket.close', restarted)).toBe(count('gateway', 'websocket.close', restarted));
  expect(count('fleet-clients', 'websocket.close')).toBe(count('gateway', 'websocket.close'));
  expect(count('fleet-clients', 'websocket.connect')).toBe(count('gateway', 'websocket.connect'));
  expect(count('fleet-clients', 'websocket.reconnect')).toBe(count('gateway', 'websocket.connect') - 12);
});

it('closes with 1007, and tells apart the bytes of the bug and of the strays', () => {
  const { bug } = story;
  const payload = {
    'websocket.close.code': 1007,
    'websocket.payload.defect': 'invalid_utf8',
    'websocket.payload.signature': bug.wrong.signature,
    'websocket.payload.offset': bug.wrong.offset,
    'websocket.payload.sender': 'client',
    'websocket.client.version': bug.clientVersion,
  };
  const stray = { 'websocket.close.code': 1007, 'websocket.payload.signature': 'latin-1' };
  expect(count('gateway', 'websocket.close', payload)).toBeGreaterThanOrEqual(4);
  expect(count('gateway', 'websocket.close', stray)).toBeGreaterThanOrEqual(3);
  expect(count('gateway', 'websocket.close', { ...stray, 'websocket.client.version': bug.clientVersion })).toBe(0);
});
