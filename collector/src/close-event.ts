import type {
  CloseInitiator,
  PayloadDefect,
  PayloadSignature,
  ReconnectMatch,
  ReconnectOutcome,
  Role,
} from '@closewatch/instrumentation/attributes';

/** Which of the four spans a row comes from. */
export type EventKind = 'connect' | 'close' | 'reconnect' | 'drain';

/**
 * One row of the store: one WebSocket span, flat. Fields that a span does not carry are null.
 * All times are epoch milliseconds with microseconds as the fraction. Owner of the row: the collector.
 */
export interface CloseEvent {
  kind: EventKind;
  /** 32 lower-case hex digits; with `spanId` the key under which a row is stored once. */
  traceId: string;
  /** 16 lower-case hex digits. */
  spanId: string;
  parentSpanId: string | null;
  /** The connect span that a close or reconnect links to; of a reconnect that was given up, its close. */
  linkedTraceId: string | null;
  linkedSpanId: string | null;
  startedAt: number;
  endedAt: number;
  /** When this row counts: the start of a close or drain span, the end of a connect or reconnect span. */
  time: number;
  /** When the collector took it; in a replay the event's own `time`. */
  receivedAt: number;
  /** Status ERROR of the span. */
  failed: boolean;
  /** How many spans this one stands for: 1, or more where the sender sampled and said with which probability. */
  weight: number;
  /** Its own time lay in the future of the receiver's clock; `time` is its receipt instead. */
  clamped: boolean;
  /** False where it came with a public token: anybody can send those, so that they never page by themselves. */
  trusted: boolean;
  /** By whose conventions the span was written; null for our own. */
  emitter: string | null;
  /** `unknown_weight` where a sampler of the sender dropped others and its probability can't be known. */
  sampling: string | null;

  service: string;
  serviceVersion: string | null;
  instance: string | null;
  environment: string | null;
  region: string | null;
  k8sNamespace: string | null;
  k8sDeployment: string | null;
  k8sPod: string | null;

  role: Role;
  connectionId: string | null;
  serverAddress: string | null;
  serverPort: number | null;
  urlScheme: string | null;
  urlPath: string | null;
  urlTemplate: string | null;
  subprotocol: string | null;
  userAgent: string | null;
  clientName: string | null;
  clientVersion: string | null;
  clientId: string | null;
  sessionId: string | null;
  sessionPreviousId: string | null;
  httpStatus: number | null;
  errorType: string | null;

  /** The effective close code. */
  code: number | null;
  codeSent: number | null;
  codeReceived: number | null;
  codeReported: number | null;
  initiator: CloseInitiator | null;
  clean: boolean | null;
  reason: string | null;
  libraryReason: string | null;
  /** Seconds. */
  connectionDuration: number | null;
  messagesReceived: number | null;
  messagesSent: number | null;

  payloadDefect: PayloadDefect | null;
  payloadOffset: number | null;
  payloadSize: number | null;
  payloadFragments: number | null;
  payloadSignature: PayloadSignature | null;
  payloadSender: Role | null;
  payloadMessageIndex: number | null;

  previousCode: number | null;
  previousConnectionId: string | null;
  attempts: number | null;
  /** Seconds from the close to the first try. */
  delay: number | null;
  outcome: ReconnectOutcome | null;
  match: ReconnectMatch | null;
  drainConnections: number | null;
}

/**
 * A close counts as a payload bug when its effective code is 1007 or a defect is set, except where the application itself
 * said 1007 (defect `application`): that is shown, and never paged on. Source: the conventions, "The effective close code".
 */
export function isPayloadBug(event: Pick<CloseEvent, 'code' | 'payloadDefect'>): boolean {
  if (event.payloadDefect === 'application') return false;
  return event.code === 1007 || event.payloadDefect !== null;
}
