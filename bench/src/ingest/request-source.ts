import { randomFillSync } from 'node:crypto';
import { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';

/** Where in a request's bytes stands what has to be new at each use. */
interface SpanOffsets {
  traceId: number;
  spanId: number;
  /** Start and end, 8 bytes each. */
  startedAt: number;
  endedAt: number;
  /** The connection id: 16 hex digits, and again as the span id of the link. */
  connectionId: number;
  linkedSpanId: number;
}

interface Template {
  bytes: Buffer;
  spans: SpanOffsets[];
}

const HEX = Buffer.from('0123456789abcdef');

/**
 * Request bodies without end: bytes that OpenTelemetry's own serializer made, in which the ids and times are new at each use. To serialize
 * anew would cost the sender more than the receiver works; ids of a body that was sent before would be duplicates.
 */
export class RequestSource {
  readonly batch: number;
  readonly #templates: Template[] = [];
  #uses = 0;
  #random = randomFillSync(Buffer.allocUnsafe(64 * 1024));
  #randomUsed = 0;

  /** Serializes the spans in requests of `batch`. */
  constructor(spans: readonly ReadableSpan[], batch: number) {
    this.batch = batch;
    for (let from = 0; from + batch <= spans.length; from += batch)
      this.#templates.push(templateOf(spans.slice(from, from + batch)));
  }

  /** The next body. Its spans end now, to a millisecond. */
  next(): Buffer {
    const { bytes, spans } = this.#templates[this.#uses++ % this.#templates.length]!;
    const body = Buffer.from(bytes);
    const nowNanos = BigInt(Date.now()) * 1_000_000n;
    for (const [i, offsets] of spans.entries()) this.#renew(body, offsets, nowNanos + BigInt(i % 1_000) * 1_000n);
    return body;
  }

  #renew(body: Buffer, span: SpanOffsets, endNanos: bigint): void {
    const fresh = this.#freshBytes();
    fresh.copy(body, span.traceId, 0, 16);
    fresh.copy(body, span.spanId, 16, 24);
    fresh.copy(body, span.linkedSpanId, 24, 32);
    for (let i = 0; i < 8; i++) {
      const byte = fresh[24 + i]!;
      body[span.connectionId + i * 2] = HEX[byte >> 4]!;
      body[span.connectionId + i * 2 + 1] = HEX[byte & 15]!;
    }
    body.writeBigUInt64LE(endNanos - 3_000_000n, span.startedAt);
    body.writeBigUInt64LE(endNanos, span.endedAt);
  }

  /** 32 random bytes that were not given before. */
  #freshBytes(): Buffer {
    if (this.#randomUsed === this.#random.length) {
      randomFillSync(this.#random);
      this.#randomUsed = 0;
    }
    const from = this.#randomUsed;
    this.#randomUsed += 32;
    return this.#random.subarray(from, from + 32);
  }
}

/** The bytes of a request, searched once for the ids of its spans. @throws Error where they don't stand in the expected order */
function templateOf(spans: readonly ReadableSpan[]): Template {
  const bytes = Buffer.from(ProtobufTraceSerializer.serializeRequest(spans as ReadableSpan[])!);
  let from = 0;
  const find = (needle: Buffer): number => {
    const at = bytes.indexOf(needle, from);
    if (at === -1) throw new Error('expected the fields of each span in the order of their numbers, got another');
    from = at + needle.length;
    return at;
  };
  const offsets = spans.map(span => {
    const { traceId, spanId } = span.spanContext();
    const { spanId: connectionId } = span.links[0]!.context;
    return {
      traceId: find(Buffer.from(traceId, 'hex')),
      spanId: find(Buffer.from(spanId, 'hex')),
      startedAt: find(fixed64(span.startTime)),
      endedAt: find(fixed64(span.endTime)),
      connectionId: find(Buffer.from(connectionId)),
      linkedSpanId: find(Buffer.from(connectionId, 'hex')),
    };
  });
  return { bytes, spans: offsets };
}

function fixed64([seconds, nanos]: [number, number]): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(seconds) * 1_000_000_000n + BigInt(nanos));
  return bytes;
}
