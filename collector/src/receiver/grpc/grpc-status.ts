import { Buffer } from 'node:buffer';
import { Metadata, type StatusObject } from '@grpc/grpc-js';
import { lengthField, varintField } from '../protobuf-fields.ts';
import type { Refusal } from '../refusal.ts';

const RETRY_INFO_TYPE = Buffer.from('type.googleapis.com/google.rpc.RetryInfo');

/**
 * A refusal as gRPC tells it. Where it may be sent again, the trailer `grpc-status-details-bin` holds a google.rpc.Status with RetryInfo.
 * Source: the OTLP specification, "OTLP/gRPC Throttling".
 */
export function grpcStatusOf({ kind, message, retryAfter }: Refusal): StatusObject {
  const metadata = new Metadata();
  if (retryAfter !== null)
    metadata.set('grpc-status-details-bin', statusWithRetryInfo(kind.rpcCode, message, retryAfter));
  return { code: kind.rpcCode, details: message, metadata };
}

/** Source: google/rpc/status.proto and google/rpc/error_details.proto of https://github.com/googleapis/googleapis */
function statusWithRetryInfo(code: number, message: string, seconds: number): Buffer {
  const duration = varintField(1, seconds);
  const retryInfo = lengthField(1, duration);
  const any = [lengthField(1, RETRY_INFO_TYPE), lengthField(2, retryInfo)];
  return Buffer.concat([varintField(1, code), lengthField(2, Buffer.from(message)), lengthField(3, ...any)]);
}
