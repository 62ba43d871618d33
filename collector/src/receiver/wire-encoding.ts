import { Buffer } from 'node:buffer';
import type { IncomingHttpHeaders } from 'node:http';
import { lengthField, varintField } from './protobuf-fields.ts';
import { Refusal } from './refusal.ts';
import { type Rejected, SIGNALS, type Signal } from './signal.ts';

/** One of OTLP's two encodings: an answer speaks the one of its request. */
export interface WireEncoding {
  name: 'protobuf' | 'json';
  contentType: string;
  /** An Export…ServiceResponse; `partial_success` is set only where something was rejected. */
  success(signal: Signal, rejected: Rejected | null): Buffer;
  /** A google.rpc.Status. Source: the OTLP specification, "Failures". */
  status(code: number, message: string): Buffer;
}

const EMPTY = Buffer.alloc(0);
const EMPTY_OBJECT = Buffer.from('{}');

export const PROTOBUF: WireEncoding = {
  name: 'protobuf',
  contentType: 'application/x-protobuf',
  success: (_signal, rejected) =>
    rejected === null
      ? EMPTY
      : lengthField(1, varintField(1, rejected.count), lengthField(2, Buffer.from(rejected.message))),
  status: (code, message) => Buffer.concat([varintField(1, code), lengthField(2, Buffer.from(message))]),
};

const JSON_ENCODING: WireEncoding = {
  name: 'json',
  contentType: 'application/json',
  success: (signal, rejected) => (rejected === null ? EMPTY_OBJECT : partialSuccess(signal, rejected)),
  status: (code, message) => Buffer.from(JSON.stringify({ code, message })),
};

/** Counts are 64 bits wide, which ProtoJSON writes as text. Source: https://protobuf.dev/programming-guides/json/ */
function partialSuccess(signal: Signal, { count, message }: Rejected): Buffer {
  const partial = { [SIGNALS[signal].rejectedField]: String(count), errorMessage: message };
  return Buffer.from(JSON.stringify({ partialSuccess: partial }));
}

/** The encoding that a content type names. Throws Refusal (415). */
export function wireEncodingOf(headers: IncomingHttpHeaders): WireEncoding {
  const sent = headers['content-type'];
  if (sent === PROTOBUF.contentType) return PROTOBUF;
  const type = sent?.split(';', 1)[0]?.trim().toLowerCase();
  if (type === PROTOBUF.contentType) return PROTOBUF;
  if (type === JSON_ENCODING.contentType) return JSON_ENCODING;
  throw Refusal.unsupported('content-type', `${PROTOBUF.contentType} or ${JSON_ENCODING.contentType}`, sent);
}

/** The encoding of an error: the request's where it has one of ours, else JSON, which a person can read. */
export function wireEncodingOfError(headers: IncomingHttpHeaders): WireEncoding {
  try {
    return wireEncodingOf(headers);
  } catch {
    return JSON_ENCODING;
  }
}
