/** The sending side: makes the requests before the clock starts, sends them, and tells what was acknowledged. */
import { promisify } from 'node:util';
import { gzip as gzipCallback, gzipSync } from 'node:zlib';
import { answerQuestions, usage } from './asked-process.ts';
import { closeSpans } from './close-spans.ts';
import { grpcTransport } from './grpc-transport.ts';
import { httpTransport } from './http-transport.ts';
import type { Lanes, Transport } from './lane.ts';
import { type LoadOutcome, sendAll, sendPaced } from './load.ts';
import { RequestSource } from './request-source.ts';

export type TransportName = 'http' | 'grpc';

/** Where to send, and how. */
export interface Target {
  transport: TransportName;
  port: number;
  gzip: boolean;
  /** Spans a request. */
  batch: number;
  lanes: number;
}

/** What one load cost: see LoadOutcome; in spans, with the CPU time of this process. */
export interface SendOutcome extends LoadOutcome {
  spans: number;
  cpuMicros: number;
}

/** Distinct spans; their ids and times are new at each use. */
const SPANS = 20_000;
const TRANSPORTS: Record<TransportName, Transport> = { http: httpTransport, grpc: grpcTransport };
const gzip = promisify(gzipCallback);
const spans = closeSpans(SPANS);
const sources = new Map<number, RequestSource>();

let target: Target;
let open: Lanes;
let requests: Buffer[] = [];

answerQuestions({
  async connect(to: Target) {
    target = to;
    open = await TRANSPORTS[to.transport].open(to.port, to.lanes, to.gzip);
  },
  /** At zlib's default level, as exporters do. */
  async prepare(count: number) {
    requests = [];
    while (requests.length < Math.ceil(count / target.batch)) {
      const rest = Math.ceil(count / target.batch) - requests.length;
      requests.push(...(await Promise.all(Array.from({ length: Math.min(64, rest) }, request))));
    }
  },
  send: () => counted(() => sendAll(open.lanes, requests.values())),
  sendPaced: (spansPerSecond: number) =>
    counted(() => sendPaced(open.lanes, requests.values(), spansPerSecond / target.batch)),
  /** Makes each request when it is due: gzip at its fastest level, as it is done on the cores of the receiver. */
  sendSteadily: ({ spansPerSecond, seconds }: { spansPerSecond: number; seconds: number }) =>
    counted(() => {
      const count = Math.ceil((spansPerSecond * seconds) / target.batch);
      return sendPaced(open.lanes, freshRequests(count), spansPerSecond / target.batch);
    }),
  close() {
    open.close();
    requests = [];
  },
});

async function request(): Promise<Buffer> {
  const body = sourceOf(target.batch).next();
  return framed(target.gzip ? await gzip(body) : body);
}

function* freshRequests(count: number): Generator<Buffer> {
  for (let sent = 0; sent < count; sent++) {
    const body = sourceOf(target.batch).next();
    yield framed(target.gzip ? gzipSync(body, { level: 1 }) : body);
  }
}

function framed(body: Buffer): Buffer {
  return Buffer.concat([TRANSPORTS[target.transport].headOf(body.length, target.gzip), body]);
}

function sourceOf(batch: number): RequestSource {
  const source = sources.get(batch) ?? new RequestSource(spans, batch);
  sources.set(batch, source);
  return source;
}

async function counted(load: () => Promise<LoadOutcome>): Promise<SendOutcome> {
  const before = usage().cpuMicros;
  const outcome = await load();
  return { ...outcome, spans: outcome.acknowledged * target.batch, cpuMicros: usage().cpuMicros - before };
}
