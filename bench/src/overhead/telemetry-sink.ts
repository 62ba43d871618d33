import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Where all sides send their telemetry: it takes everything, on loopback, and keeps nothing. */
export interface TelemetrySink {
  url: string;
  /** Requests that carried something, so far. */
  received: { requests: number };
  stop(): void;
}

/** An OTLP receiver takes an empty answer; Datadog's agent answers JSON, with no sampling rates of its own. */
export async function startTelemetrySink(): Promise<TelemetrySink> {
  const received = { requests: 0 };
  const server = createServer((request, response) => {
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
    });
    request.on('end', () => {
      if (bytes > 0) received.requests += 1;
      const isOtlp = request.url === '/v1/traces';
      response.setHeader('content-type', isOtlp ? 'application/x-protobuf' : 'application/json');
      response.end(isOtlp ? '' : '{"rate_by_service":{}}');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    received,
    stop: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
