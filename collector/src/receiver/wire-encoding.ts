import type { IncomingHttpHeaders } from 'node:http';
import type { StringCache } from '../otlp/string-cache.ts';
import type { TraceRequest } from '../otlp/trace-request.ts';
import { traceRequestFromJson } from '../otlp/trace-request-from-json.ts';
import { traceRequestFromProtobuf } from '../otlp/trace-request-from-protobuf.ts';
import { Refusal } from './refusal.ts';

/** One of OTLP/HTTP's two encodings: an answer speaks the one of its request. */
export interface WireEncoding {
  contentType: string;
  decode(body: Buffer, strings: StringCache): TraceRequest;
  /** An ExportTraceServiceResponse without `partial_success`, which is set only where something was rejected. */
  success: Buffer;
  /** A google.rpc.Status. */
  status(code: number, message: string): Buffer;
}

const PROTOBUF: WireEncoding = {
  contentType: 'application/x-protobuf',
  decode: traceRequestFromProtobuf,
  success: Buffer.alloc(0),
  status: (code, message) => {
    const text = Buffer.from(message);
    return Buffer.concat([Buffer.from([(1 << 3) | 0, code, (2 << 3) | 2, ...varint(text.length)]), text]);
  },
};

const JSON_ENCODING: WireEncoding = {
  contentType: 'application/json',
  decode: body => traceRequestFromJson(body.toString('utf8')),
  success: Buffer.from('{}'),
  status: (code, message) => Buffer.from(JSON.stringify({ code, message })),
};

/** The encoding that a content type names. Throws Refusal (415). */
export function wireEncodingOf(headers: IncomingHttpHeaders): WireEncoding {
  const type = headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase();
  if (type === PROTOBUF.contentType) return PROTOBUF;
  if (type === JSON_ENCODING.contentType) return JSON_ENCODING;
  throw Refusal.unsupported(
    'content-type',
    `${PROTOBUF.contentType} or ${JSON_ENCODING.contentType}`,
    headers['content-type'],
  );
}

/** The encoding of an error: the request's where it has one of ours, else JSON, which a person can read. */
export function wireEncodingOfError(headers: IncomingHttpHeaders): WireEncoding {
  try {
    return wireEncodingOf(headers);
  } catch {
    return JSON_ENCODING;
  }
}

function varint(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...varint(value >>> 7)];
}
