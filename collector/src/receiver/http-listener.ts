import { createServer, type Server, type ServerOptions } from 'node:http';
import { createServer as createTlsServer, Server as TlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Logger } from 'pino';
import type { CollectorCounters } from './collector-counters.ts';
import type { CollectorLimits } from './collector-options.ts';
import type { HttpEndpoint } from './http-endpoint.ts';
import { listen } from './listen.ts';
import { OpenSockets } from './open-sockets.ts';
import type { TlsFiles } from './tls.ts';

/** Answers to what is no HTTP request, by Node's code. Source: Node's own default for `clientError`. */
const STATUS_OF_CODE: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: '413 Payload Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
};

/** OTLP/HTTP's port: HTTP/1.1 with bounds on connections and on the time that a sender may take. */
export class HttpListener {
  readonly #server: Server | TlsServer;
  readonly #open: OpenSockets;

  constructor(endpoint: HttpEndpoint, limits: CollectorLimits, counters: CollectorCounters, tls: TlsFiles | null) {
    this.#server = serverFor(limits, tls);
    this.#open = new OpenSockets(this.#server);
    this.#server.maxConnections = limits.maxConnections;
    this.#server.on('request', (request, response) => void endpoint.handle(request, response, false));
    this.#server.on('checkContinue', (request, response) => void endpoint.handle(request, response, true));
    countConnections(this.#server, counters.connections.http);
  }

  async start(port: number, host: string, logger: Logger): Promise<AddressInfo> {
    const address = await listen(this.#server, port, host);
    this.#server.on('error', error => logger.error({ err: error }, 'the HTTP port could not accept a connection'));
    return address;
  }

  /** Connections made from now on are met with this certificate. */
  useTls(tls: TlsFiles): void {
    if (this.#server instanceof TlsServer) this.#server.setSecureContext(tls);
  }

  get openConnections(): number {
    return this.#open.count;
  }

  /** Takes no more connections, and closes those open when their requests have been answered, or after the grace. */
  async stop(graceMs: number): Promise<void> {
    const closed = new Promise<void>(resolve => this.#server.close(() => resolve()));
    const impatient = setTimeout(() => this.#server.closeAllConnections(), graceMs);
    this.#open.destroyUnused();
    await closed;
    clearTimeout(impatient);
  }
}

function serverFor(limits: CollectorLimits, tls: TlsFiles | null): Server | TlsServer {
  const { headersTimeoutMs, requestTimeoutMs, keepAliveMs } = limits;
  const options: ServerOptions = {
    headersTimeout: headersTimeoutMs,
    requestTimeout: requestTimeoutMs,
    connectionsCheckingInterval: Math.min(1_000, headersTimeoutMs, requestTimeoutMs),
    keepAliveTimeout: keepAliveMs,
  };
  if (tls === null) return createServer(options);
  return createTlsServer({ ...options, ...tls, handshakeTimeout: headersTimeoutMs });
}

function countConnections(server: Server | TlsServer, counted: CollectorCounters['connections']['http']): void {
  server.on('connection', () => {
    counted.accepted += 1;
  });
  server.on('drop', () => {
    counted.refused += 1;
  });
  // What goes wrong in a TLS handshake comes here too.
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    counted.broken += 1;
    refuseSocket(error, socket);
  });
}

function refuseSocket(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const status = STATUS_OF_CODE[error.code ?? ''] ?? '400 Bad Request';
  socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\n\r\n`, () => socket.destroy());
}
