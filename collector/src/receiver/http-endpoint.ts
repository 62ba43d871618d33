import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { AccessControl } from './access/access-control.ts';
import { isAllowedHost } from './allowed-host.ts';
import type { ByteLease } from './byte-budget.ts';
import type { CollectorCounters } from './collector-counters.ts';
import type { CollectorLimits, Observe } from './collector-options.ts';
import { corsHeaders, isPreflight, preflightHeaders } from './cors.ts';
import { BODY_ENCODINGS, KNOWN_ENCODINGS } from './decompress.ts';
import type { Ingest, IngestResult, ReceivedRequest } from './ingest.ts';
import { readBody } from './read-body.ts';
import { Refusal } from './refusal.ts';
import { EVERY_SIGNAL, SIGNALS, type Signal, signalOfPath } from './signal.ts';
import { wireEncodingOf, wireEncodingOfError } from './wire-encoding.ts';

export interface HttpEndpointOptions {
  ingest: Ingest;
  access: AccessControl;
  counters: CollectorCounters;
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
    if (isPreflight(request.method, request.headers)) {
      this.#answerPreflight(request, response);
      return;
    }
    const result = await this.#options.ingest.take('http', lease => {
      const admitted = this.#admit(request);
      if (expectsContinue) response.writeContinue();
      return this.#receive(request, admitted, lease);
    });
    this.#answer(request, response, result);
  }

  async #receive(
    request: IncomingMessage,
    admitted: Omit<ReceivedRequest, 'body'>,
    lease: ByteLease,
  ): Promise<ReceivedRequest> {
    const maxBytes = Math.min(this.#options.limits.maxBodyBytes, admitted.sender.maxBodyBytes);
    return { ...admitted, body: await readBody(request, maxBytes, lease) };
  }

  /** What can be said against a request before its body is read. Throws Refusal. */
  #admit({ headers, method = '', url = '' }: IncomingMessage): Omit<ReceivedRequest, 'body'> {
    const { access, limits } = this.#options;
    this.#expectOwnHost(headers.host);
    const signal = signalAt(url, method);
    if (method !== 'POST') throw Refusal.wrongMethod(SIGNALS[signal].path, method);
    const sender = access.senderOf(headers.authorization, headers.origin);
    const wire = wireEncodingOf(headers);
    const encoding = (headers['content-encoding'] ?? 'identity').trim().toLowerCase();
    if (!BODY_ENCODINGS.includes(encoding)) {
      throw Refusal.unsupported('content-encoding', KNOWN_ENCODINGS, encoding);
    }
    const maxBytes = Math.min(limits.maxBodyBytes, sender.maxBodyBytes);
    if (Number(headers['content-length'] ?? 0) > maxBytes) throw Refusal.tooLarge(maxBytes);
    return { signal, sender, wire, encoding };
  }

  #expectOwnHost(host: string | undefined): void {
    if (!isAllowedHost(host, this.#options.allowedHosts)) throw Refusal.foreignHost(host?.slice(0, 100));
  }

  #answerPreflight({ headers, url = '' }: IncomingMessage, response: ServerResponse): void {
    const { access, counters } = this.#options;
    try {
      this.#expectOwnHost(headers.host);
      signalAt(url, 'OPTIONS');
      response.writeHead(204, preflightHeaders(headers, access)).end();
      counters.requests.http.preflight += 1;
    } catch (refusal) {
      const { kind, message } = refusal as Refusal;
      counters.requests.http[kind.outcome] += 1;
      const wire = wireEncodingOfError(headers);
      this.#send(response, kind.status, wire.contentType, wire.status(kind.rpcCode, message), {});
    }
  }

  #answer(request: IncomingMessage, response: ServerResponse, result: IngestResult): void {
    if (result.outcome === 'gone') return;
    const headers = corsHeaders(request.headers, this.#options.access);
    if (result.outcome === 'accepted') {
      const { wire, signal, rejected } = result;
      this.#send(response, 200, wire.contentType, wire.success(signal, rejected), headers);
      return;
    }
    const { kind, message, retryAfter } = result.refusal;
    const wire = wireEncodingOfError(request.headers);
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
    headers: OutgoingHttpHeaders,
  ): void {
    const { ingest, observe } = this.#options;
    if (ingest.isStopping) headers.connection = 'close';
    headers['content-type'] = contentType;
    headers['content-length'] = body.length;
    response.writeHead(status, headers);
    response.end(body, () => observe('answered'));
  }
}

function signalAt(url: string, method: string): Signal {
  const path = url.split('?', 1)[0]!;
  const signal = signalOfPath(path);
  if (signal !== undefined && path === SIGNALS[signal].path) return signal;
  const paths = EVERY_SIGNAL.map(known => SIGNALS[known].path);
  throw Refusal.notFound(paths, `${method} ${path.slice(0, 100)}`);
}
