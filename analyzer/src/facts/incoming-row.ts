import { type CloseEvent, COLUMNS, type EventBatch, PLACE } from '@closewatch/collector';
import type { AnalyzedEvent } from './analyzed-event.ts';
import type { ConnectionIds } from './connection-ids.ts';
import { NOBODY, RowIdentities, type RowIdentity } from './row-identity.ts';

/** Names of a choice, at the place that a batch has for it: 1 is the first one, 0 is none. */
function namesOf<Field extends keyof CloseEvent>(field: Field): readonly (CloseEvent[Field] | null)[] {
  return [null, ...(COLUMNS[PLACE[field]]!.type.names as CloseEvent[Field][])];
}

const KINDS = namesOf('kind');
export const ROLES = namesOf('role');
export const INITIATORS = namesOf('initiator');
export const DEFECTS = namesOf('payloadDefect');
export const SIGNATURES = namesOf('payloadSignature');
const OUTCOMES = namesOf('outcome');

export const CONNECT = KINDS.indexOf('connect');
export const RECONNECT = KINDS.indexOf('reconnect');
export const DRAIN = KINDS.indexOf('drain');
export const SERVER = ROLES.indexOf('server');
const ABANDONED = OUTCOMES.indexOf('abandoned');
/** No connection. */
export const NONE = -1;

/**
 * The row that is being taken in, as numbers and texts: one object that is filled again for each row. Choices are places in
 * their lists, ids are the numbers that `ConnectionIds` gave; times are epoch milliseconds, and what is absent is NONE, NaN or null.
 */
export class IncomingRow {
  kind = 0;
  role = 0;
  time = 0;
  receivedAt = 0;
  spanHi = 0;
  spanLo = 0;
  /** The connection that it belongs to. Foreign emitters know no connection id: there the linked or the own span stands for it. */
  connection = NONE;
  /** Of a server's connect row: the client's connection that it continues. */
  parent = NONE;
  previous = NONE;
  isAbandoned = false;
  /** Of a connect row: the answer's HTTP status. */
  httpStatus = NONE;
  isFailed = false;
  isTrusted = true;
  weight = 1;
  /** Seconds. */
  duration = Number.NaN;
  code = NONE;
  initiator = 0;
  defect = 0;
  signature = 0;
  sender = 0;
  offset = Number.NaN;
  size = Number.NaN;
  messageIndex = Number.NaN;
  identity: RowIdentity = NOBODY;
  clientId: string | null = null;
  readonly #identities = new RowIdentities();

  /** Takes of a batch's row what says whether it is taken at all. */
  timesFrom({ columns }: EventBatch, row: number): void {
    this.kind = columns[PLACE.kind]!.bytes[row]!;
    this.time = columns[PLACE.time]!.numbers[row]! / 1_000;
    this.receivedAt = columns[PLACE.receivedAt]!.numbers[row]! / 1_000;
  }

  /** Takes the rest of it. What it says of connections gets numbers. */
  fromBatch(batch: EventBatch, row: number, ids: ConnectionIds): void {
    const { columns } = batch;
    this.role = columns[PLACE.role]!.bytes[row]!;
    const spans = columns[PLACE.spanId]!.words;
    this.spanLo = spans[row * 2]!;
    this.spanHi = spans[row * 2 + 1]!;
    this.connection = connectionOf(batch, row, ids);
    this.isFailed = columns[PLACE.failed]!.bytes[row] === 2;
    this.isTrusted = columns[PLACE.trusted]!.bytes[row] !== 1;
    const weight = columns[PLACE.weight]!.numbers[row]!;
    this.weight = Number.isNaN(weight) ? 1 : weight;
    this.identity = this.#identities.ofRow(batch, row);
    const clientId = columns[PLACE.clientId]!.texts[row]!;
    this.clientId = clientId === 0 ? null : batch.texts.textOf(clientId);
    this.parent = NONE;
    this.previous = NONE;
    if (this.kind === CONNECT) {
      this.httpStatus = wholeOf(columns[PLACE.httpStatus]!.numbers[row]!);
      if (this.role === SERVER) this.parent = spanNumber(columns[PLACE.parentSpanId]!.words, row, ids);
    } else if (this.kind === RECONNECT) {
      this.previous = keyNumber(batch, PLACE.previousConnectionId, row, ids);
      this.isAbandoned = columns[PLACE.outcome]!.bytes[row] === ABANDONED;
    } else this.#closeFrom(batch, row);
  }

  #closeFrom({ columns }: EventBatch, row: number): void {
    this.code = wholeOf(columns[PLACE.code]!.numbers[row]!);
    this.initiator = columns[PLACE.initiator]!.bytes[row]!;
    this.duration = columns[PLACE.connectionDuration]!.numbers[row]!;
    this.defect = columns[PLACE.payloadDefect]!.bytes[row]!;
    this.signature = columns[PLACE.payloadSignature]!.bytes[row]!;
    this.sender = columns[PLACE.payloadSender]!.bytes[row]!;
    this.offset = columns[PLACE.payloadOffset]!.numbers[row]!;
    this.size = columns[PLACE.payloadSize]!.numbers[row]!;
    this.messageIndex = columns[PLACE.payloadMessageIndex]!.numbers[row]!;
  }

  /** Takes an event. */
  fromEvent(event: AnalyzedEvent, ids: ConnectionIds): void {
    const number = (id: string | null) => (id === null ? NONE : ids.of(id));
    this.kind = KINDS.indexOf(event.kind);
    this.role = ROLES.indexOf(event.role);
    this.time = event.time;
    this.receivedAt = event.receivedAt;
    this.spanHi = Number.parseInt(event.spanId.slice(0, 8), 16);
    this.spanLo = Number.parseInt(event.spanId.slice(8), 16);
    this.isFailed = event.failed;
    this.isTrusted = event.trusted;
    this.weight = event.weight;
    this.identity = this.#identities.ofEvent(event);
    this.clientId = event.clientId;
    this.connection = number(event.connectionId ?? event.linkedSpanId ?? event.spanId);
    this.parent = NONE;
    this.previous = NONE;
    if (this.kind === CONNECT) {
      if (this.role === SERVER) this.parent = number(event.parentSpanId);
    } else if (this.kind === RECONNECT) {
      this.previous = number(event.previousConnectionId);
      this.isAbandoned = event.outcome === 'abandoned';
    }
    this.httpStatus = event.httpStatus ?? NONE;
    this.duration = event.connectionDuration ?? Number.NaN;
    this.code = event.code ?? NONE;
    this.initiator = INITIATORS.indexOf(event.initiator);
    this.defect = DEFECTS.indexOf(event.payloadDefect);
    this.signature = SIGNATURES.indexOf(event.payloadSignature);
    this.sender = ROLES.indexOf(event.payloadSender as AnalyzedEvent['role']);
    this.offset = event.payloadOffset ?? Number.NaN;
    this.size = event.payloadSize ?? Number.NaN;
    this.messageIndex = event.payloadMessageIndex ?? Number.NaN;
  }
}

function wholeOf(value: number): number {
  return Number.isNaN(value) ? NONE : value;
}

function connectionOf(batch: EventBatch, row: number, ids: ConnectionIds): number {
  const own = keyNumber(batch, PLACE.connectionId, row, ids);
  if (own !== NONE) return own;
  const linked = spanNumber(batch.columns[PLACE.linkedSpanId]!.words, row, ids);
  return linked !== NONE ? linked : spanNumber(batch.columns[PLACE.spanId]!.words, row, ids);
}

function spanNumber(words: Uint32Array, row: number, ids: ConnectionIds): number {
  const [lo, hi] = [words[row * 2]!, words[row * 2 + 1]!];
  return lo === 0 && hi === 0 ? NONE : ids.ofWords(hi, lo);
}

function keyNumber(batch: EventBatch, place: number, row: number, ids: ConnectionIds): number {
  const { words, texts } = batch.columns[place]!;
  const number = spanNumber(words, row, ids);
  if (number !== NONE) return number;
  const text = texts[row]!;
  return text === 0 ? NONE : ids.of(batch.texts.textOf(text));
}
