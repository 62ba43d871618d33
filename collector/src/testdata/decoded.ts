import { JsonTraceSerializer, ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import { EventBatch } from '../batch/event-batch.ts';
import type { CloseEvent } from '../close-event.ts';
import type { GaugeSample } from '../gauge-sample.ts';
import { type IngestTally, newIngestTally } from '../ingest-tally.ts';
import type { Receipt } from '../otlp/event-rows.ts';
import { type OtlpEncoding, RequestDecoder, type RequestDecoderOptions } from '../otlp/request-decoder.ts';
import { TEN_O_CLOCK } from './close-event.ts';
import type { OtelSpan } from './otel-span.ts';

export const ENCODINGS = ['protobuf', 'json'] as const;

export interface Decoded {
  batch: EventBatch;
  events: CloseEvent[];
  tally: IngestTally;
}

/** Decodes one body into a new batch, by a new decoder or the one given; received at TEN_O_CLOCK and trusted, unless the receipt says otherwise. */
export function decoded(
  encoding: OtlpEncoding,
  body: Uint8Array | string,
  receipt: Partial<Receipt> = {},
  options: RequestDecoderOptions | RequestDecoder = {},
): Decoded {
  const [batch, tally] = [new EventBatch(), newIngestTally()];
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  const whole = { receivedAt: TEN_O_CLOCK, trusted: true, ...receipt };
  const decoder = options instanceof RequestDecoder ? options : new RequestDecoder(options);
  decoder.traces(encoding, bytes, batch, whole, tally);
  return { batch, events: batch.events(), tally };
}

/** The request that OpenTelemetry's own serializer makes of these spans. */
export function requestOf(encoding: OtlpEncoding, spans: OtelSpan[]): Uint8Array {
  const serializer = encoding === 'protobuf' ? ProtobufTraceSerializer : JsonTraceSerializer;
  return serializer.serializeRequest(spans)!;
}

export function decodedSpans(
  encoding: OtlpEncoding,
  spans: OtelSpan[],
  receipt: Partial<Receipt> = {},
  options: RequestDecoderOptions | RequestDecoder = {},
): Decoded {
  return decoded(encoding, requestOf(encoding, spans), receipt, options);
}

export function decodedLogs(encoding: OtlpEncoding, body: Uint8Array): Decoded {
  const [batch, tally] = [new EventBatch(), newIngestTally()];
  new RequestDecoder().logs(encoding, body, batch, { receivedAt: TEN_O_CLOCK, trusted: true }, tally);
  return { batch, events: batch.events(), tally };
}

/** Received 100 ms after TEN_O_CLOCK. */
export function decodedMetrics(
  encoding: OtlpEncoding,
  body: Uint8Array,
  trusted = true,
): { samples: GaugeSample[]; tally: IngestTally } {
  const [tally, receipt] = [newIngestTally(), { receivedAt: TEN_O_CLOCK + 100, trusted }];
  const samples = new RequestDecoder().metrics(encoding, body, new EventBatch(), receipt, tally);
  return { samples, tally };
}
