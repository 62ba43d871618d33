import type { CloseEvent } from '@closewatch/collector';

/** Seeded pseudo-random numbers in [0, 1): mulberry32. The same seed gives the same history. */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const NOTHING = {
  parentSpanId: null,
  linkedTraceId: null,
  linkedSpanId: null,
  failed: false,
  serviceVersion: null,
  instance: null,
  environment: null,
  region: null,
  k8sNamespace: null,
  k8sDeployment: null,
  k8sPod: null,
  connectionId: null,
  serverAddress: null,
  serverPort: null,
  urlScheme: null,
  urlPath: null,
  urlTemplate: null,
  subprotocol: null,
  userAgent: null,
  clientName: null,
  clientVersion: null,
  clientId: null,
  sessionId: null,
  sessionPreviousId: null,
  httpStatus: null,
  errorType: null,
  code: null,
  codeSent: null,
  codeReceived: null,
  codeReported: null,
  initiator: null,
  clean: null,
  reason: null,
  libraryReason: null,
  connectionDuration: null,
  messagesReceived: null,
  messagesSent: null,
  payloadDefect: null,
  payloadOffset: null,
  payloadSize: null,
  payloadFragments: null,
  payloadSignature: null,
  payloadSender: null,
  payloadMessageIndex: null,
  previousCode: null,
  previousConnectionId: null,
  attempts: null,
  delay: null,
  outcome: null,
  match: null,
  drainConnections: null,
  weight: 1,
  clamped: false,
  trusted: true,
  emitter: null,
  sampling: null,
} as const satisfies Partial<CloseEvent>;

let lastSpan = 0;

/** A row with a span id of its own; received when it happened unless said otherwise. */
export function row(given: Partial<CloseEvent> & Pick<CloseEvent, 'kind' | 'time'>): CloseEvent {
  const spanId = (++lastSpan).toString(16).padStart(16, '0');
  const { time } = given;
  return {
    ...NOTHING,
    traceId: spanId.padStart(32, '0'),
    spanId,
    startedAt: time,
    endedAt: time,
    receivedAt: time,
    service: 'gateway',
    environment: 'prod',
    role: 'server',
    ...given,
  };
}
