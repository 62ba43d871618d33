import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it, vi } from 'vitest';
import { EventBatch } from '../batch/event-batch.ts';
import { newIngestTally } from '../ingest-tally.ts';
import { TEN_O_CLOCK } from '../testdata/close-event.ts';
import { decodedLogs, ENCODINGS } from '../testdata/decoded.ts';
import { jsonAttributes } from '../testdata/json-request.ts';
import { protobufFromJson } from '../testdata/protobuf-from-json.ts';
import { RequestDecoder } from './request-decoder.ts';

const ANDROID = readFileSync(join(import.meta.dirname, '../testdata/emitters/android.json'), 'utf8');

function closeLog(fields: object = {}, attributes: Record<string, unknown> = {}) {
  return {
    timeUnixNano: `${TEN_O_CLOCK}000000`,
    ...fields,
    attributes: jsonAttributes({ 'websocket.close.code': 1012, 'websocket.role': 'server', ...attributes }),
  };
}

function logsRequest(logRecords: object[]): string {
  const resource = { attributes: jsonAttributes({ 'service.name': 'gateway' }) };
  return JSON.stringify({ resourceLogs: [{ resource, scopeLogs: [{ logRecords }] }] });
}

describe.each(ENCODINGS)('log records, in %s', encoding => {
  const decode = (json: string) =>
    decodedLogs(encoding, encoding === 'json' ? Buffer.from(json) : protobufFromJson('logs', json));

  it('with a close code are closes, others are counted', () => {
    const { events, tally } = decode(ANDROID);
    expect(events).toMatchObject([
      {
        kind: 'close',
        emitter: 'android',
        role: 'client',
        service: 'shop-android',
        serviceVersion: '7.1.0',
        code: 1007,
        reason: 'not UTF-8',
        sessionId: 'f3c4',
        urlScheme: 'https',
        serverAddress: 'example.com',
        serverPort: 8080,
        urlPath: '/socket',
        time: TEN_O_CLOCK + 30_000,
        connectionId: null,
      },
    ]);
    expect(tally.otherLogRecords).toBe(2);
  });

  it('have ids of their own that are the same when they are sent again, and keep a trace that they have', () => {
    const trace = { traceId: '5'.repeat(32), spanId: '6'.repeat(16) };
    const request = logsRequest([closeLog(), closeLog(trace), closeLog({}, { 'session.id': 'another' })]);
    const [first, again] = [decode(request).events, decode(request).events];
    expect(again).toEqual(first);
    expect(new Set(first.map(event => event.spanId)).size).toBe(3);
    expect(first.map(event => event.parentSpanId)).toEqual([null, '6'.repeat(16), null]);
    expect(first[1]?.traceId).toBe('5'.repeat(32));
    expect(first[0]?.traceId).toMatch(/^[\da-f]{32}$/);
  });

  it('that say the very same in one request are as many closes', () => {
    const { events } = decode(logsRequest([closeLog(), closeLog(), closeLog()]));
    expect(new Set(events.map(event => event.spanId)).size).toBe(3);
  });

  it('count when they were observed where they have no time, and are unusable without either', () => {
    const observed = closeLog({ timeUnixNano: '0', observedTimeUnixNano: `${TEN_O_CLOCK + 5}000000` });
    const { events, tally } = decode(logsRequest([observed, closeLog({ timeUnixNano: '0' })]));
    expect(events.map(event => event.time)).toEqual([TEN_O_CLOCK + 5]);
    expect(tally.unusable.no_times).toBe(1);
  });
});

describe('closes from log records', () => {
  it('have the same ids in another process, whatever it has read before', async () => {
    const request = logsRequest([closeLog(), closeLog(), closeLog({}, { 'session.id': 'another' })]);
    const before = decodedLogs('json', Buffer.from(request)).events;
    vi.resetModules(); // the seed of texts' hashes is another one then, as it is in another process
    const { RequestDecoder } = await import('./request-decoder.ts');
    const { EventBatch } = await import('../batch/event-batch.ts');
    const [decoder, batch, receipt] = [
      new RequestDecoder(),
      new EventBatch(),
      { receivedAt: TEN_O_CLOCK, trusted: true },
    ];
    const others = logsRequest([closeLog({}, { 'session.id': 'one' }), closeLog({}, { 'url.path': '/two' })]);
    for (const json of [others, request]) {
      decoder.logs('protobuf', protobufFromJson('logs', json), batch, receipt, newIngestTally());
    }
    expect(batch.events().slice(2)).toEqual(before);
  });

  it('leave nothing of a request in memory once it is decoded', () => {
    setFlagsFromString('--expose-gc');
    const collectGarbage = runInNewContext('gc') as () => void;
    const records = Array.from({ length: 20_000 }, (_, number) =>
      closeLog({ timeUnixNano: `${TEN_O_CLOCK + number}000000` }),
    );
    const request = protobufFromJson('logs', logsRequest(records));
    const [decoder, batch, receipt] = [
      new RequestDecoder(),
      new EventBatch(),
      { receivedAt: TEN_O_CLOCK, trusted: true },
    ];
    decoder.logs('protobuf', protobufFromJson('logs', logsRequest([closeLog()])), batch, receipt, newIngestTally());
    collectGarbage();
    const before = process.memoryUsage().heapUsed;
    decoder.logs('protobuf', request, batch, receipt, newIngestTally());
    collectGarbage();
    expect(batch.rows).toBe(20_001);
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(2_000_000); // of each row 100 bytes
  });

  it('have the same ids in both encodings', () => {
    const request = logsRequest([closeLog(), closeLog({ traceId: '5'.repeat(32) })]);
    const [fromProtobuf, fromJson] = [
      decodedLogs('protobuf', protobufFromJson('logs', request)),
      decodedLogs('json', Buffer.from(request)),
    ];
    expect(fromProtobuf.events).toEqual(fromJson.events);
  });
});
