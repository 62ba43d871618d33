import type { IncomingMessage, ServerResponse } from 'node:http';
import { isAllowedHost } from './allowed-host.ts';
import type { ByteLease } from './byte-budget.ts';
import type { CollectorLimits, Observe } from './collector-options.ts';
import { BODY_ENCODINGS } from './decompress.ts';
import type { Ingest, IngestResult, ReceivedRequest } from './ingest.ts';
import { readBody } from './read-body.ts';
import { Refusal } from './refusal.ts';
import { SIGNALS, type Signal, signalOfPath } from './signal.ts';
import { wireEncodingOf, wireEncodingOfError } from './wire-encoding.ts';

export interface HttpEndpointOptions {
  ingest: Ingest;
  limits: CollectorLimits;
  allowedHosts: readonly string[];
  observe: Observe;
}

/** OTLP/HTTP: from a request's head to its answer. Source: https://opentelemetry.io/docs/specs/otlp/#otlphttp */
export class HttpEndpoint {
  readonly #options: HttpEndpointOptions;

  constructor(options: HttpEndpointOptions) {
    this.#options = options;
  }

  /** `expectsContinue` where the sender waits for a 100 before it sends the body. */
  async handle(request: IncomingMessage, response: ServerResponse, expectsContinue: boolean): Promise<void> {
    const result = await this.#options.ingest.take('http', lease => {
      if (expectsContinue) {
        this.#admit(request);
        response.writeContinue();
      }
      return this.#receive(request, lease);
    });
    this.#answer(request, response, result);
  }

  async #receive(request: IncomingMessage, lease: ByteLease): Promise<ReceivedRequest> {
    const admitted = this.#admit(request);
    return { ...admitted, body: await readBody(request, this.#options.limits.maxBodyBytes, lease) };
  }

  /** What can be said against a request before its body is read. */
  #admit({ headers, method = '', url = '' }: IncomingMessage): Omit<ReceivedRequest, 'body'> {
    const { allowedHosts, limits } = this.#options;
    if (!isAllowedHost(headers.host, allowedHosts)) throw Refusal.foreignHost(headers.host?.slice(0, 100));
    const signal = signalAt(url, method);
    if (method !== 'POST') throw Refusal.wrongMethod(SIGNALS[signal].path, method);
    const wire = wireEncodingOf(headers);
    const encoding = (headers['content-encoding'] ?? 'identity').trim().toLowerCase();
    if (!BODY_ENCODINGS.includes(encoding)) {
      throw Refusal.unsupported('content-encoding', BODY_ENCODINGS.join(' or '), encoding);
    }
    if (Number(headers['content-length'] ?? 0) > limits.maxBodyBytes) throw Refusal.tooLarge(limits.maxBodyBytes);
    return { signal, wire, encoding };
  }

  #answer(request: IncomingMessage, response: ServerResponse, result: IngestResult): void {
    if (result.outcome === 'gone') return;
    if (result.outcome === 'accepted') {
      const { wire, signal, rejected } = result;
      this.#send(response, 200, wire.contentType, wire.success(signal, rejected), {});
      return;
    }
    const { kind, message, retryAfter } = result.refusal;
    const wire = wireEncodingOfError(request.headers);
    const headers: Record<string, string> = {};
    if (retryAfter !== null) headers['retry-after'] = String(retryAfter);
    if (kind.status === 405) headers.allow = 'POST';
    if (kind.status === 401) headers['www-authenticate'] = 'Bearer';
    this.#send(response, kind.status, wire.contentType, wire.status(kind.rpcCode, message), headers);
  }

  #send(
    response: ServerResponse,
    status: number,
    contentType: string,
    body: Buffer,
    headers: Record<string, string>,
  ): void {
    const { ingest, observe } = this.#options;
    if (ingest.isStopping) headers.connection = 'close';
    response.writeHead(status, { 'content-type': contentType, 'content-length': body.length, ...headers });
    response.end(body, () => observe('answered'));
  }
}

function signalAt(url: string, method: string): Signal {
  const path = url.split('?', 1)[0]!;
  const signal = signalOfPath(path);
  if (signal !== undefined) return signal;
  const paths = Object.values(SIGNALS).map(known => known.path);
  throw Refusal.notFound(paths, `${method} ${path.slice(0, 100)}`);
}
