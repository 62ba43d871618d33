import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Analyzer } from '@closewatch/analyzer';
import type { Store } from '@closewatch/collector';
import express, { type Express, type Request, Router } from 'express';
import helmet from 'helmet';
import { type Logger, pino } from 'pino';
import { exportRoute } from './export-route.ts';
import { healthRoutes } from './health-routes.ts';
import { allowedHostsOnly } from './host-check.ts';
import { LiveStream, type StreamCounters } from './live-stream.ts';
import { type MetricsSource, metricsRoute } from './metrics-route.ts';
import { PAGE_FOLDER, pageFiles } from './page-files.ts';
import { nothingHere, problemHandler } from './problem.ts';
import { readQuery, text, wholeNumber } from './query.ts';
import { timelineRoutes } from './timeline-routes.ts';
import { verdictRoutes } from './verdict-routes.ts';

/** What the dashboard tells about the process it runs in, at `/api/v1/about`. */
export interface DashboardAbout {
  version?: string;
  /** Counters of the collector, by name: what was taken, and what was refused or dropped. */
  collectorCounters?(): object;
}

export interface DashboardOptions {
  store: Store;
  analyzer: Analyzer;
  /** Defaults to 127.0.0.1. */
  host?: string;
  /** Names under which it is reached, beside localhost and addresses: requests under another are refused. */
  allowedHosts?: readonly string[];
  /** Defaults to 8080; 0 takes a free one. */
  port?: number;
  logger?: Logger;
  about?: DashboardAbout;
  /** What `/metrics` answers; without it there is no such address. */
  metrics?: MetricsSource;
  /** Folder of the built page; another one than the package's own in tests only. */
  pageFolder?: string;
  /** The wall clock, epoch milliseconds. */
  now?: () => number;
}

/** The API and the page, on one port. */
export interface Dashboard {
  /** Resolves once it listens; rejects with the system's error (`EADDRINUSE`, `EACCES`) when it can't. */
  start(): Promise<{ host: string; port: number }>;
  /** Ends live streams and other connections; resolves when the port is free. */
  stop(): Promise<void>;
  readonly streamCounters: StreamCounters;
}

/** What `/api/v1/about` answers. */
export interface About {
  version: string | null;
  collector: object;
  stream: StreamCounters;
}

/** Wires the dashboard; nothing listens until `start`. */
export function createDashboard(options: DashboardOptions): Dashboard {
  const { analyzer, host = '127.0.0.1', port = 8080, now = Date.now } = options;
  const logger = options.logger ?? pino({ enabled: false });
  const stream = new LiveStream(analyzer, now);
  const server = createServer(application({ ...options, host, logger, now }, stream));

  return {
    get streamCounters() {
      return stream.counters;
    },
    async start() {
      server.listen(port, host);
      await once(server, 'listening');
      stream.start();
      const address = server.address() as AddressInfo;
      logger.info({ host, port: address.port }, 'the dashboard listens');
      return { host, port: address.port };
    },
    async stop() {
      stream.stop();
      if (server.listening) await closeServer(server);
    },
  };
}

type Wiring = DashboardOptions & { host: string; logger: Logger; now: () => number };

function application(wiring: Wiring, stream: LiveStream): Express {
  const { store, analyzer, logger, now, about, pageFolder = PAGE_FOLDER } = wiring;
  const app = express();
  app.disable('x-powered-by');
  app.set('query parser', 'simple'); // node:querystring: no nested objects can be made from a URL.
  app.use(securityHeaders());
  app.use(allowedHostsOnly(wiring.allowedHosts ?? []));
  app.use(healthRoutes(store, logger));
  if (wiring.metrics) app.use(metricsRoute(wiring.metrics));

  const api = Router();
  api.use((_request, response, next) => {
    response.set('cache-control', 'no-store');
    next();
  });
  api.use(verdictRoutes(store));
  api.use(timelineRoutes(store, analyzer, now));
  api.use(exportRoute(store));
  api.get('/stream', (request, response) => stream.connect(request, response, streamView(request)));
  api.get('/about', (request, response) => {
    readQuery(request.query, {});
    const collector = about?.collectorCounters?.() ?? {};
    const answer: About = { version: about?.version ?? null, collector, stream: stream.counters };
    response.json(answer);
  });
  app.use('/api/v1', api);
  app.use(pageFiles(pageFolder));
  app.use(nothingHere);
  app.use(problemHandler(logger));
  return app;
}

function streamView(request: Request) {
  const readers = { bin: wholeNumber(1, 3_600), service: text, environment: text };
  const { bin: binSeconds = 10, ...place } = readQuery(request.query, readers);
  return { binSeconds, ...place };
}

/** Only this origin's own files; no inline script or style; no frame around the page. */
function securityHeaders() {
  const directives = {
    defaultSrc: ["'none'"],
    scriptSrc: ["'self'"],
    styleSrc: ["'self'"],
    imgSrc: ["'self'"],
    connectSrc: ["'self'"],
    baseUri: ["'none'"],
    formAction: ["'none'"],
    frameAncestors: ["'none'"],
  };
  return helmet({
    contentSecurityPolicy: { useDefaults: false, directives },
    // Loopback is plain HTTP; a proxy that ends TLS in front of it sets its own.
    strictTransportSecurity: false,
  });
}

async function closeServer(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}
