import { once } from 'node:events';
import { request } from 'node:https';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { type ConnectionOptions, connect as tlsConnect } from 'node:tls';
import { Client, credentials, Metadata, type ServiceError } from '@grpc/grpc-js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FIRST, SECOND } from '../testdata/certificates.ts';
import { type RunningCollector, runCollector } from '../testdata/running-collector.ts';
import type { TlsFiles } from './tls.ts';

const TRACES = '/opentelemetry.proto.collector.trace.v1.TraceService/Export';

describe('a collector with a certificate', () => {
  let running: RunningCollector;
  beforeEach(async () => {
    running = await runCollector({ grpcPort: 0, tls: FIRST });
  });
  afterEach(() => running.stop());

  /** The common name of the certificate that a port shows. */
  async function nameAt(address: string, options: ConnectionOptions = {}): Promise<string | undefined> {
    const [, port] = address.split(':');
    const socket = tlsConnect({ host: 'localhost', port: Number(port), ca: [FIRST.cert, SECOND.cert], ...options });
    await once(socket, 'secureConnect');
    const { subject } = socket.getPeerCertificate();
    socket.destroy();
    return subject.CN as string;
  }

  async function post(ca: TlsFiles): Promise<number | undefined> {
    const { port } = new URL(running.origin);
    const headers = { 'content-type': 'application/json' };
    const sent = request({ host: 'localhost', port, path: '/v1/traces', method: 'POST', ca: [ca.cert], headers }).end(
      '{}',
    );
    const [answer] = await once(sent, 'response');
    expect(await text(answer)).toBe('{}');
    return answer.statusCode;
  }

  function call(ca: TlsFiles): Promise<number> {
    const client = new Client(
      running.grpcAddress.replace('127.0.0.1', 'localhost'),
      credentials.createSsl(ca.cert as Buffer),
    );
    const raw = (bytes: Buffer) => bytes;
    return new Promise(resolve =>
      client.makeUnaryRequest(TRACES, raw, raw, Buffer.alloc(0), new Metadata(), (error: ServiceError | null) => {
        client.close();
        resolve(error?.code ?? 0);
      }),
    );
  }

  it('takes requests over TLS, by HTTP and gRPC alike', async () => {
    expect(await post(FIRST)).toBe(200);
    expect(await call(FIRST)).toBe(0);
  });

  it('shows a new certificate to connections made after it was replaced', async () => {
    const addresses = [running.origin.replace('http://', ''), running.grpcAddress];
    const alpn = { ALPNProtocols: ['h2', 'http/1.1'] };
    for (const address of addresses) expect(await nameAt(address, alpn)).toBe('first');
    running.collector.useTls(SECOND);
    for (const address of addresses) expect(await nameAt(address, alpn)).toBe('second');
    expect(await post(SECOND)).toBe(200);
    expect(await call(SECOND)).toBe(0);
  });

  it('counts who speaks no TLS', async () => {
    const { port } = new URL(running.origin);
    const socket = connect(Number(port), '127.0.0.1').on('error', () => undefined);
    socket.end('POST /v1/traces HTTP/1.1\r\n\r\n');
    await once(socket.resume(), 'close');
    expect(running.collector.counters.connections.http.broken).toBe(1);
  });
});
