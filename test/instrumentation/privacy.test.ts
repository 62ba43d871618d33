import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RunningApp } from './running-app.ts';

const CANARY = 'canary7f3a9c51';

/** The bytes in every writing that a careless exporter could choose; each finds the canary wherever a value begins with it. */
const WRITINGS = [
  Buffer.from(CANARY),
  Buffer.from(CANARY, 'utf16le'),
  Buffer.from(Buffer.from(CANARY).toString('hex')),
  Buffer.from(Buffer.from(CANARY).toString('base64').slice(0, 16)),
];

describe('the bytes of OTLP that leave a process', () => {
  /** Bodies as they were before compression, by path. */
  let bodies: Map<string, Buffer[]>;
  let encodings: Set<string>;
  let sink: Server;
  let endpoint: string;

  beforeEach(async () => {
    bodies = new Map();
    encodings = new Set();
    sink = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const encoding = request.headers['content-encoding'] ?? 'none';
      const body = Buffer.concat(chunks);
      encodings.add(encoding);
      const path = request.url ?? '';
      bodies.set(path, [...(bodies.get(path) ?? []), encoding === 'gzip' ? gunzipSync(body) : body]);
      response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end();
    }).listen(0, '127.0.0.1');
    await once(sink, 'listening');
    endpoint = `http://127.0.0.1:${(sink.address() as AddressInfo).port}`;
  });
  afterEach(async () => {
    sink.closeAllConnections();
    sink.close();
    await once(sink, 'close');
  });

  it.each(['none', 'gzip'])('hold no payload, query or credential, in traces and metrics (%s)', async compression => {
    const app = new RunningApp('canary.ts', {
      nodeArgs: ['--import', '@closewatch/instrumentation/register'],
      env: {
        CANARY,
        OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
        OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
        OTEL_EXPORTER_OTLP_COMPRESSION: compression,
        OTEL_METRICS_EXPORTER: 'otlp',
      },
    });
    expect(await app.line()).toBe('whole 2, closed 1007 1007');
    expect(await app.ended).toEqual({ code: 0, signal: null, standardError: '' });

    expect([...bodies.keys()].sort()).toEqual(['/v1/metrics', '/v1/traces']);
    expect([...encodings]).toEqual([compression]);
    const traces = Buffer.concat(bodies.get('/v1/traces') ?? []);
    const metrics = Buffer.concat(bodies.get('/v1/metrics') ?? []);
    for (const text of ['websocket.connect', 'websocket.close', '/chat', 'invalid_utf8'])
      expect(traces.includes(text), text).toBe(true);
    expect(metrics.includes('websocket.closes')).toBe(true);
    for (const writing of WRITINGS) {
      expect(traces.includes(writing), `${writing} in traces`).toBe(false);
      expect(metrics.includes(writing), `${writing} in metrics`).toBe(false);
    }
  });
});
