import { type CloseEvent, isPayloadBug } from '@closewatch/collector';
import { toTime } from './query.ts';

/** One close as one end of the connection reported it. Times are RFC 3339. */
export interface CloseExample {
  time: string;
  service: string;
  serviceVersion: string | null;
  environment: string | null;
  instance: string | null;
  role: CloseEvent['role'];
  clientName: string | null;
  clientVersion: string | null;
  clientId: string | null;
  connectionId: string | null;
  /** The effective code; `codeReported` is what the library told the application. */
  code: number | null;
  codeReported: number | null;
  initiator: CloseEvent['initiator'];
  reason: string | null;
  payloadBug: boolean;
  payloadDefect: CloseEvent['payloadDefect'];
  payloadSignature: CloseEvent['payloadSignature'];
  payloadOffset: number | null;
  payloadSize: number | null;
  payloadSender: CloseEvent['payloadSender'];
  payloadMessageIndex: number | null;
  /** Seconds. */
  connectionDuration: number | null;
  traceId: string;
  spanId: string;
}

/** A stored close as the API shows it. */
export function closeExampleFromEvent(event: CloseEvent): CloseExample {
  return {
    time: toTime(event.time),
    service: event.service,
    serviceVersion: event.serviceVersion,
    environment: event.environment,
    instance: event.instance,
    role: event.role,
    clientName: event.clientName,
    clientVersion: event.clientVersion,
    clientId: event.clientId,
    connectionId: event.connectionId,
    code: event.code,
    codeReported: event.codeReported,
    initiator: event.initiator,
    reason: event.reason,
    payloadBug: isPayloadBug(event),
    payloadDefect: event.payloadDefect,
    payloadSignature: event.payloadSignature,
    payloadOffset: event.payloadOffset,
    payloadSize: event.payloadSize,
    payloadSender: event.payloadSender,
    payloadMessageIndex: event.payloadMessageIndex,
    connectionDuration: event.connectionDuration,
    traceId: event.traceId,
    spanId: event.spanId,
  };
}
