import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

type WireAttributes = { key: string; value: Record<string, unknown> }[];

type WireSpan = Omit<SunkSpan, 'attributes' | 'resource' | 'links'> & {
  attributes: WireAttributes;
  links?: SunkSpan['links'];
};

/** An ExportTraceServiceRequest, as far as it is looked at. */
interface TraceRequest {
  resourceSpans: {
    resource: { attributes: WireAttributes };
    scopeSpans: { spans: WireSpan[] }[];
  }[];
}

/** A span as it came over the wire, with its attributes as plain values. */
export interface SunkSpan {
  name: string;
  kind: number;
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  /** Epoch nanoseconds. */
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  links: { traceId: string; spanId: string }[];
  status: { code?: number };
  attributes: Record<string, unknown>;
  resource: Record<string, unknown>;
}

type Test = (span: SunkSpan) => boolean;

/** An OTLP/HTTP receiver for JSON that lets pages of every origin post: the collector answers no preflight requests yet. */
export class SpanSink {
  readonly spans: SunkSpan[] = [];
  /** Everything that was posted, as it came. */
  posted = '';
  readonly #server: Server;
  readonly #waiting = new Set<{ test: Test; resolve: (span: SunkSpan) => void }>();

  private constructor() {
    this.#server = createServer((request, response) => this.#receive(request, response));
  }

  static async start(): Promise<SpanSink> {
    const sink = new SpanSink();
    sink.#server.listen(0, '127.0.0.1');
    await once(sink.#server, 'listening');
    return sink;
  }

  get tracesUrl(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/v1/traces`;
  }

  /** The first span of that name, now or as soon as it comes. */
  find(name: string, test: Test = () => true): Promise<SunkSpan> {
    const matches: Test = span => span.name === name && test(span);
    const found = this.spans.find(matches);
    if (found) return Promise.resolve(found);
    return new Promise(resolve => this.#waiting.add({ test: matches, resolve }));
  }

  named(name: string): SunkSpan[] {
    return this.spans.filter(span => span.name === name);
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  async #receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.setHeader('access-control-allow-origin', '*');
    response.setHeader('access-control-allow-headers', 'content-type');
    if (request.method === 'POST') {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      this.#take(Buffer.concat(chunks).toString());
      response.setHeader('content-type', 'application/json');
    }
    response.end(request.method === 'POST' ? '{}' : '');
  }

  #take(body: string): void {
    this.posted += body;
    for (const { resource, scopeSpans } of (JSON.parse(body) as TraceRequest).resourceSpans) {
      for (const span of scopeSpans.flatMap(({ spans }) => spans)) {
        this.#add({
          ...span,
          links: span.links ?? [],
          attributes: plainValues(span.attributes),
          resource: plainValues(resource.attributes),
        });
      }
    }
  }

  #add(span: SunkSpan): void {
    this.spans.push(span);
    for (const waiter of this.#waiting) {
      if (!waiter.test(span)) continue;
      this.#waiting.delete(waiter);
      waiter.resolve(span);
    }
  }
}

function plainValues(attributes: WireAttributes): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
}
