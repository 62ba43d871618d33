import type { Buffer } from 'node:buffer';
import {
  type Metadata,
  ServerInterceptingCall,
  type ServerInterceptingCallInterface,
  type ServerInterceptor,
  ServerListenerBuilder,
  type ServerUnaryCall,
  type ServiceDefinition,
  type sendUnaryData,
  status,
} from '@grpc/grpc-js';
import type { AccessControl } from '../access/access-control.ts';
import type { ByteLease } from '../byte-budget.ts';
import type { CollectorLimits, Observe } from '../collector-options.ts';
import type { Ingest, IngestResult, ReceivedRequest } from '../ingest.ts';
import { IncompleteRequest } from '../read-body.ts';
import { SIGNALS, type Signal, signalOfPath } from '../signal.ts';
import { PROTOBUF } from '../wire-encoding.ts';
import { CountedCall } from './counted-call.ts';
import { grpcStatusOf } from './grpc-status.ts';

export interface GrpcEndpointOptions {
  ingest: Ingest;
  access: AccessControl;
  limits: CollectorLimits;
  observe: Observe;
}

type ExportHandler = (call: ServerUnaryCall<Buffer, Buffer>, respond: sendUnaryData<Buffer>) => void;

/** A call whose message is awaited. */
interface Incoming {
  complete(message: Buffer): void;
  result: Promise<IngestResult>;
}

/**
 * OTLP/gRPC: the interceptor takes a call at its headers, so that it can be refused before its message is read; the handler answers it.
 * Source: https://opentelemetry.io/docs/specs/otlp/#otlpgrpc
 */
export class GrpcEndpoint {
  readonly #options: GrpcEndpointOptions;
  readonly #incoming = new WeakMap<Metadata, Incoming>();

  constructor(options: GrpcEndpointOptions) {
    this.#options = options;
  }

  /** The one method of a signal's service, on raw bytes. */
  serviceOf(signal: Signal): { definition: ServiceDefinition; implementation: { export: ExportHandler } } {
    const raw = (bytes: Buffer) => bytes;
    const definition = {
      export: {
        path: SIGNALS[signal].grpcPath,
        requestStream: false,
        responseStream: false,
        requestSerialize: raw,
        requestDeserialize: raw,
        responseSerialize: raw,
        responseDeserialize: raw,
      },
    };
    return { definition, implementation: { export: (call, respond) => void this.#answer(call, respond) } };
  }

  readonly interceptor: ServerInterceptor = ({ path }, call) => {
    let gone: () => void = () => undefined;
    const listener = new ServerListenerBuilder()
      .withOnReceiveMetadata((metadata, next) => {
        gone = this.#begin(signalOfPath(path)!, metadata, call, () => next(metadata));
      })
      .withOnCancel(() => gone())
      .build();
    return new ServerInterceptingCall(call, { start: next => next(listener) });
  };

  /** Takes the call; `read` lets its message come. Returns what to call where the caller goes away. */
  #begin(signal: Signal, metadata: Metadata, call: ServerInterceptingCallInterface, read: () => void): () => void {
    const message = Promise.withResolvers<Buffer>();
    message.promise.catch(() => undefined); // it may fail while nobody waits for it: a call refused at its headers
    const gone = () => message.reject(new IncompleteRequest('the caller went away'));
    const { ingest, access, limits } = this.#options;
    const timer = setTimeout(gone, limits.requestTimeoutMs);
    const counted = new CountedCall(call);
    const receive = async (lease: ByteLease): Promise<ReceivedRequest> => {
      const [authorization] = metadata.get('authorization');
      const sender = access.senderOf(authorization?.toString(), undefined);
      counted.count(Math.min(limits.maxBodyBytes, sender.maxBodyBytes), lease, message.reject);
      read();
      const body = await message.promise;
      return { signal, sender, wire: PROTOBUF, body, encoding: counted.encoding };
    };
    const result = ingest.take('grpc', receive, counted.closed);
    this.#incoming.set(metadata, { complete: message.resolve, result });
    void result.then(ended => {
      clearTimeout(timer);
      if (ended.outcome === 'accepted') return; // answered with its message
      if (ended.outcome === 'refused') call.sendStatus(grpcStatusOf(ended.refusal));
      else call.sendStatus({ code: status.DEADLINE_EXCEEDED, details: 'the call took too long' });
      counted.end();
    });
    return gone;
  }

  async #answer(call: ServerUnaryCall<Buffer, Buffer>, respond: sendUnaryData<Buffer>): Promise<void> {
    const incoming = this.#incoming.get(call.metadata)!;
    incoming.complete(call.request);
    const result = await incoming.result;
    if (result.outcome !== 'accepted') return; // answered already
    respond(null, result.wire.success(result.signal, result.rejected));
    this.#options.observe('answered');
  }
}
