import { createServer, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
import type { CollectorCounters } from './collector-counters.ts';
import type { CollectorLimits } from './collector-options.ts';
import type { HttpEndpoint } from './http-endpoint.ts';

/** Answers to what is no HTTP request, by Node's code. Source: Node's own default for `clientError`. */
const STATUS_OF_CODE: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: '413 Payload Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
};

/** An HTTP/1.1 server with bounds on connections and on the time that a sender may take. */
export function httpServer(endpoint: HttpEndpoint, limits: CollectorLimits, counters: CollectorCounters): Server {
  const { headersTimeoutMs, requestTimeoutMs, keepAliveMs } = limits;
  const server = createServer({
    headersTimeout: headersTimeoutMs,
    requestTimeout: requestTimeoutMs,
    connectionsCheckingInterval: Math.min(1_000, headersTimeoutMs, requestTimeoutMs),
    keepAliveTimeout: keepAliveMs,
  });
  server.maxConnections = limits.maxConnections;
  server.on('request', (request, response) => void endpoint.handle(request, response, false));
  server.on('checkContinue', (request, response) => void endpoint.handle(request, response, true));
  const counted = counters.connections.http;
  server.on('connection', () => {
    counted.accepted += 1;
  });
  server.on('drop', () => {
    counted.refused += 1;
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    counted.broken += 1;
    refuseSocket(error, socket);
  });
  return server;
}

function refuseSocket(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const status = STATUS_OF_CODE[error.code ?? ''] ?? '400 Bad Request';
  socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\n\r\n`, () => socket.destroy());
}
