import { type AddressInfo, createServer, type Socket } from 'node:net';
import { type ConnectionInjector, Server, ServerCredentials } from '@grpc/grpc-js';
import type { Logger } from 'pino';
import type { CollectorCounters } from '../collector-counters.ts';
import type { CollectorLimits } from '../collector-options.ts';
import { listen } from '../listen.ts';
import { OpenSockets } from '../open-sockets.ts';
import { EVERY_SIGNAL } from '../signal.ts';
import type { TlsFiles } from '../tls.ts';
import type { GrpcEndpoint } from './grpc-endpoint.ts';

/** Streams of one connection at once: an exporter has a few exports under way, a proxy in front of many has more connections. */
const MAX_STREAMS = 100;
/** A peer that has gone without a word is noticed after this and its timeout. */
const PING_MS = 60_000;
const PING_TIMEOUT_MS = 20_000;

/**
 * OTLP/gRPC's port. The listening socket is our own, and connections are handed to grpc-js, which has no cap on them and can't change its
 * certificate.
 */
export class GrpcListener {
  readonly #server: Server;
  readonly #sockets = createServer();
  readonly #open = new OpenSockets(this.#sockets);
  #injector: ConnectionInjector;

  constructor(endpoint: GrpcEndpoint, limits: CollectorLimits, counters: CollectorCounters, tls: TlsFiles | null) {
    this.#server = new Server({
      interceptors: [endpoint.interceptor],
      'grpc.max_receive_message_length': limits.maxBodyBytes,
      'grpc.max_concurrent_streams': MAX_STREAMS,
      'grpc.max_connection_idle_ms': limits.keepAliveMs,
      'grpc.keepalive_time_ms': PING_MS,
      'grpc.keepalive_timeout_ms': PING_TIMEOUT_MS,
    });
    for (const signal of EVERY_SIGNAL) {
      const { definition, implementation } = endpoint.serviceOf(signal);
      this.#server.addService(definition, implementation);
    }
    this.#injector = this.#server.createConnectionInjector(credentialsOf(tls));
    this.#sockets.maxConnections = limits.maxConnections;
    onUnknownMethod(this.#server, () => {
      counters.requests.grpc.misdirected += 1;
    });
    const counted = counters.connections.grpc;
    this.#sockets.on('connection', (socket: Socket) => {
      counted.accepted += 1;
      socket.on('error', () => {
        counted.broken += 1;
      });
      this.#injector.injectConnection(socket);
    });
    this.#sockets.on('drop', () => {
      counted.refused += 1;
    });
  }

  async start(port: number, host: string, logger: Logger): Promise<AddressInfo> {
    const address = await listen(this.#sockets, port, host);
    this.#sockets.on('error', error => logger.error({ err: error }, 'the gRPC port could not accept a connection'));
    return address;
  }

  /** Connections made from now on are met with this certificate. */
  useTls(tls: TlsFiles): void {
    this.#injector = this.#server.createConnectionInjector(credentialsOf(tls));
  }

  get openConnections(): number {
    return this.#open.count;
  }

  /** Takes no more connections, and closes those open when their calls have been answered. */
  async stop(graceMs: number): Promise<void> {
    const closed = new Promise<void>(resolve => this.#sockets.close(() => resolve()));
    const impatient = setTimeout(() => this.#server.forceShutdown(), graceMs);
    this.#open.destroyUnused();
    await new Promise<void>(resolve => this.#server.tryShutdown(() => resolve()));
    await closed;
    clearTimeout(impatient);
  }
}

/** What grpc-js 1.14 has no API for: it answers calls of other methods by itself (UNIMPLEMENTED), past all interceptors. */
function onUnknownMethod(server: Server, told: () => void): void {
  const { handlers } = server as unknown as { handlers: Map<string, unknown> };
  if (!(handlers instanceof Map)) throw new Error('expected the internals of @grpc/grpc-js 1.14, got another version');
  const handlerOf = handlers.get.bind(handlers);
  handlers.get = path => {
    const handler = handlerOf(path);
    if (handler === undefined) told();
    return handler;
  };
}

function credentialsOf(tls: TlsFiles | null): ServerCredentials {
  if (tls === null) return ServerCredentials.createInsecure();
  return ServerCredentials.createSsl(null, [{ private_key: tls.key, cert_chain: tls.cert }]);
}
