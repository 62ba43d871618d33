import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EventBatch } from '../batch/event-batch.ts';
import type { CloseEvent } from '../close-event.ts';
import type { Store } from '../store.ts';
import { anyOtelSpan } from '../testdata/any-otel-span.ts';
import { closeEvent, TEN_O_CLOCK } from '../testdata/close-event.ts';
import { decodedSpans } from '../testdata/decoded.ts';
import { ENGINES } from './engines.fixture.ts';

const FULL: CloseEvent = {
  kind: 'reconnect',
  traceId: 'fb8efff798038103d269b633813fc60c',
  spanId: 'eee19b7ec3c1b174',
  parentSpanId: '00e19b7ec3c1b170',
  linkedTraceId: '0b8efff798038103d269b633813fc600',
  linkedSpanId: 'ffffffffffffffff',
  startedAt: TEN_O_CLOCK + 0.001,
  endedAt: TEN_O_CLOCK + 1500.999,
  time: TEN_O_CLOCK + 1500.999,
  receivedAt: TEN_O_CLOCK + 2000.5,
  failed: true,
  weight: 12.5,
  clamped: true,
  trusted: false,
  emitter: 'datadog',
  sampling: 'unknown_weight',
  service: 'gateway',
  serviceVersion: '1.8.2',
  instance: 'gateway-7',
  environment: 'prod',
  region: 'eu-west-1',
  k8sNamespace: 'chat',
  k8sDeployment: 'gateway',
  k8sPod: 'gateway-7',
  role: 'client',
  connectionId: '00e19b7ec3c1b170',
  serverAddress: '127.0.0.1',
  serverPort: 65535,
  urlScheme: 'wss',
  urlPath: '/rooms/é/\u0000/🦆',
  urlTemplate: '/rooms/:id',
  subprotocol: 'chat.v2',
  userAgent: 'Mozilla/5.0',
  clientName: 'ios',
  clientVersion: '5.2.0',
  clientId: 'c-1',
  sessionId: 's-1',
  sessionPreviousId: 's-0',
  httpStatus: 503,
  errorType: 'WS_ERR_INVALID_UTF8',
  code: 1007,
  codeSent: 1007,
  codeReceived: 1000,
  codeReported: 1006,
  initiator: 'local',
  clean: false,
  reason: "it's over",
  libraryReason: 'ping timeout',
  connectionDuration: 0.1,
  messagesReceived: 9007199254740991,
  messagesSent: 0,
  payloadDefect: 'invalid_utf8',
  payloadOffset: 1,
  payloadSize: 4096,
  payloadFragments: 1,
  payloadSignature: 'gzip',
  payloadSender: 'client',
  payloadMessageIndex: 12,
  previousCode: 1012,
  previousConnectionId: '11e19b7ec3c1b170',
  attempts: 3,
  delay: 1.25,
  outcome: 'recovered',
  match: 'context',
  drainConnections: 200,
};

describe.each(ENGINES)('events in the store, on $name', ({ open }) => {
  let folder: string;
  let store: Store;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'closewatch-'));
    store = await open(folder);
  });
  afterEach(async () => {
    await store.close();
    rmSync(folder, { recursive: true });
  });
  async function reopen() {
    await store.close();
    store = await open(folder);
  }

  it('gives every field back as it was, also after the file was closed and opened again', async () => {
    const bare = closeEvent(1);
    expect(await store.appendEvents(EventBatch.of([FULL, bare]))).toEqual({ stored: 2, duplicates: 0 });
    expect(await store.readEventsAfter(0, 10)).toEqual({ events: [FULL, bare], sequence: 2 });
    await reopen();
    expect(await store.readEventsAfter(0, 10)).toEqual({ events: [FULL, bare], sequence: 2 });
  });

  it('stores a span once: within one append, in a later one, and after a restart', async () => {
    const events = [closeEvent(1), closeEvent(2), closeEvent(1, { code: 1006 })];
    expect(await store.appendEvents(EventBatch.of(events))).toEqual({ stored: 2, duplicates: 1 });
    expect(await store.appendEvents(EventBatch.of([closeEvent(2), closeEvent(3)]))).toEqual({
      stored: 1,
      duplicates: 1,
    });
    await reopen();
    expect(await store.appendEvents(EventBatch.of([closeEvent(3), closeEvent(1)]))).toEqual({
      stored: 0,
      duplicates: 2,
    });
    const page = await store.readEventsAfter(0, 10);
    expect(page.events.map(event => event.spanId.at(-1))).toEqual(['1', '2', '3']);
    expect(page.events[0]?.code).toBe(1000);
  });

  it('takes a span for another one when only one of its two ids is the same', async () => {
    await store.appendEvents(EventBatch.of([closeEvent(1)]));
    const sameTrace = closeEvent(1, { spanId: 'cccccccccccccccc' });
    const sameSpan = closeEvent(1, { traceId: 'c'.repeat(32) });
    expect(await store.appendEvents(EventBatch.of([sameTrace, sameSpan]))).toEqual({ stored: 2, duplicates: 0 });
  });

  it('recognises a span sent again although its time was clamped to another receipt', async () => {
    const future = { startedAt: TEN_O_CLOCK + 9e6, endedAt: TEN_O_CLOCK + 9e6 };
    await store.appendEvents(
      EventBatch.of([closeEvent(1, { ...future, clamped: true, time: TEN_O_CLOCK, receivedAt: TEN_O_CLOCK })]),
    );
    const again = closeEvent(1, { ...future, clamped: true, time: TEN_O_CLOCK + 5e6, receivedAt: TEN_O_CLOCK + 5e6 });
    expect(await store.appendEvents(EventBatch.of([again]))).toEqual({ stored: 0, duplicates: 1 });
  });

  it('recognises duplicates that are far apart in time, in one append', async () => {
    const hoursAgo = Array.from({ length: 12 }, (_, hours) =>
      closeEvent(hours + 1, { startedAt: TEN_O_CLOCK - hours * 3_600_000 }),
    );
    await store.appendEvents(EventBatch.of(hoursAgo));
    const fresh = closeEvent(99, { startedAt: TEN_O_CLOCK - 5 * 3_600_000 });
    expect(await store.appendEvents(EventBatch.of([...hoursAgo, fresh]))).toEqual({ stored: 1, duplicates: 12 });
  });

  it('reads on from a sequence, page by page, in the order in which they were stored', async () => {
    const late = { startedAt: TEN_O_CLOCK - 60_000 };
    await store.appendEvents(EventBatch.of([closeEvent(1), closeEvent(2)]));
    await store.appendEvents(EventBatch.of([closeEvent(2), closeEvent(3, late), closeEvent(4)]));
    const first = await store.readEventsAfter(0, 3);
    expect(first.events.map(event => event.spanId.at(-1))).toEqual(['1', '2', '3']);
    const second = await store.readEventsAfter(first.sequence, 3);
    expect(second.events.map(event => event.spanId.at(-1))).toEqual(['4']);
    expect(await store.readEventsAfter(second.sequence, 3)).toEqual({ events: [], sequence: 4 });
  });

  it('reads of each event the fields that are named, and nothing else', async () => {
    await store.appendEvents(EventBatch.of([FULL, closeEvent(1), closeEvent(2)]));
    const picked = ({ connectionId, linkedSpanId, startedAt, reason }: CloseEvent) => ({
      ...{ connectionId, linkedSpanId, startedAt, reason },
    });
    const page = await store.readEventsAfter(0, 2, ['startedAt', 'linkedSpanId', 'connectionId', 'reason']);
    expect(page).toEqual({ events: [FULL, closeEvent(1)].map(picked), sequence: 2 });
  });

  it('keeps appends apart and whole when they are asked for at the same time', async () => {
    const batches = Array.from({ length: 5 }, (_, batch) =>
      Array.from({ length: 3_000 }, (_, row) => closeEvent(batch * 2_000 + row)),
    );
    const outcomes = await Promise.all(batches.map(batch => store.appendEvents(EventBatch.of(batch))));
    expect(outcomes.map(outcome => outcome.stored)).toEqual([3_000, 2_000, 2_000, 2_000, 2_000]);
    const { events, sequence } = await store.readEventsAfter(0, 20_000);
    expect(sequence).toBe(11_000);
    expect(new Set(events.map(event => event.spanId)).size).toBe(11_000);
  });

  it('stores nothing of an append that fails, and numbers the next one on', async () => {
    await store.appendEvents(EventBatch.of([closeEvent(1)]));
    const broken = closeEvent(3, { startedAt: 1e17 });
    await expect(store.appendEvents(EventBatch.of([closeEvent(2), broken]))).rejects.toThrow();
    expect(await store.appendEvents(EventBatch.of([closeEvent(2)]))).toEqual({ stored: 1, duplicates: 0 });
    expect((await store.readEventsAfter(0, 10)).events).toEqual([closeEvent(1), closeEvent(2)]);
  });

  it('takes every event that can be made of a request, so that no sender can spoil a commit', async () => {
    const spans = fc.sample(anyOtelSpan, { numRuns: 3_000, seed: 1007 });
    const { batch } = decodedSpans('protobuf', spans);
    const events = batch.events();
    expect(events.length).toBeGreaterThan(500);
    const { stored, duplicates } = await store.appendEvents(batch);
    expect(stored + duplicates).toBe(events.length);
    const first = new Map(events.toReversed().map(event => [event.traceId + event.spanId, event]));
    const kept = await store.readEventsAfter(0, 3_000);
    expect(new Map(kept.events.map(event => [event.traceId + event.spanId, event]))).toEqual(first);
  });
});
