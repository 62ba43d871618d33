import type { Connection } from '../connection.ts';
import { DEFECTS, INITIATORS, NONE, ROLES, SIGNATURES } from './incoming-row.ts';
import { ORPHAN_REACH } from './limits.ts';
import type { RowIdentity } from './row-identity.ts';
import type { RowTable } from './row-table.ts';

/** A connection as it is counted, and what only counting needs to know. Never changed: it is replaced. Times are epoch milliseconds. */
export interface CountedConnection {
  connection: Connection;
  /** Since when it counts as open; null for one that never opened, or whose opening is unknown. */
  exposedFrom: number | null;
  /** Its connect row was seen, and succeeded. */
  openSeen: boolean;
  /** How many opens, and closes, it stands for where its spans were sampled. */
  openWeight: number;
  closeWeight: number;
  /** Whether who told of the payload is trusted: what comes with a public token is shown, and pages nobody. */
  bugTrusted: boolean;
  /** When the counted end itself spoke, each time once: what shows that its instance lives. */
  spoke: readonly number[];
  firstTime: number;
  /** What its rows say alike of who it is, where they do: the same object for many connections, so that what follows from it is found by it. */
  identity?: RowIdentity | undefined;
}

/** The rows of both ends of a connection, by their numbers; NONE where there is none. */
export interface ConnectionRows {
  /** The end whose service it counts for. */
  connect: number;
  close: number;
  /** The paired client's. */
  otherConnect: number;
  otherClose: number;
}

const APPLICATION = DEFECTS.indexOf('application');
const INVALID_PAYLOAD = 1007;

/**
 * One connection out of both ends' rows; null where nothing counts (a handshake that failed). `role` is that of the end that
 * counts, `backAt` the end of the reconnect row that names it.
 */
export function mergeConnection(
  rows: RowTable,
  id: string,
  role: number,
  of: ConnectionRows,
  backAt: number | null,
): CountedConnection | null {
  const { connect, close: ownClose } = of;
  const close = ownClose !== NONE ? ownClose : of.otherClose;
  const hasOpened = connect !== NONE && !rows.isFailed(connect);
  if (connect !== NONE && !hasOpened && ownClose === NONE) return null;
  const openedAt = openTime(rows, of);
  const closedAt = close === NONE ? null : Math.max(rows.time(close), openedAt ?? rows.time(close));
  const detecting = detectingRow(rows, ownClose, of.otherClose);
  return {
    connection: connectionOf(rows, id, role, of, detecting, openedAt, closedAt, backAt),
    exposedFrom: exposedFrom(hasOpened, openedAt, closedAt),
    openSeen: hasOpened,
    openWeight: connect === NONE ? 1 : rows.weight(connect),
    closeWeight: close === NONE ? 1 : rows.weight(close),
    bugTrusted: detecting === NONE || rows.isTrusted(detecting),
    spoke: spokeAt(rows, connect, ownClose),
    firstTime: firstTime(rows, connect, ownClose),
    identity: identityOf(rows, of),
  };
}

function identityOf(rows: RowTable, of: ConnectionRows): RowIdentity | undefined {
  const { connect, close } = of;
  if (of.otherConnect !== NONE || of.otherClose !== NONE) return undefined;
  if (connect === NONE) return rows.identity(close);
  return close === NONE || rows.identity(close) === rows.identity(connect) ? rows.identity(connect) : undefined;
}

/**
 * The connection itself: the counted end's word first, the other end's where it has none. `detecting` is the close row that
 * knows the payload best.
 */
export function connectionOf(
  rows: RowTable,
  id: string,
  role: number,
  of: ConnectionRows,
  detecting: number,
  openedAt: number | null,
  closedAt: number | null,
  backAt: number | null,
): Connection {
  const { connect, close, otherConnect, otherClose } = of;
  // Of rows that are not there, one that says nothing that the others don't.
  const first = rows.identity(close !== NONE ? close : connect);
  const second = connect !== NONE ? rows.identity(connect) : first;
  const third = otherClose !== NONE ? rows.identity(otherClose) : first;
  const fourth = otherConnect !== NONE ? rows.identity(otherConnect) : first;
  const payload = detecting === NONE ? undefined : rows.payload(detecting);
  return {
    id,
    countedRole: ROLES[role]!,
    service: first.service,
    environment: first.environment,
    serviceVersion: first.serviceVersion ?? second.serviceVersion,
    instance: first.instance ?? second.instance,
    region: first.region ?? second.region,
    urlTemplate: first.urlTemplate ?? second.urlTemplate ?? third.urlTemplate ?? fourth.urlTemplate,
    urlPath: first.urlPath ?? second.urlPath ?? third.urlPath ?? fourth.urlPath,
    subprotocol: first.subprotocol ?? second.subprotocol ?? third.subprotocol ?? fourth.subprotocol,
    clientName: first.clientName ?? second.clientName ?? third.clientName ?? fourth.clientName,
    clientVersion: first.clientVersion ?? second.clientVersion ?? third.clientVersion ?? fourth.clientVersion,
    clientId: clientIdOf(rows, of),
    openedAt,
    closedAt,
    code: codeOf(rows, close) ?? codeOf(rows, otherClose),
    initiator: initiatorOf(rows, close, otherClose),
    payloadBug: detecting !== NONE && rows.defect(detecting) !== APPLICATION,
    payloadDefect: detecting === NONE ? null : DEFECTS[rows.defect(detecting)]!,
    payloadSignature: detecting === NONE ? null : SIGNATURES[rows.signature(detecting)]!,
    payloadOffset: payload === undefined ? null : payload.offset,
    payloadSize: payload === undefined ? null : payload.size,
    payloadSender: detecting === NONE ? null : ROLES[rows.sender(detecting)]!,
    payloadMessageIndex: payload === undefined ? null : payload.messageIndex,
    backAt,
  };
}

function clientIdOf(rows: RowTable, { connect, close, otherConnect, otherClose }: ConnectionRows): string | null {
  return (
    (close === NONE ? null : rows.clientId(close)) ??
    (connect === NONE ? null : rows.clientId(connect)) ??
    (otherClose === NONE ? null : rows.clientId(otherClose)) ??
    (otherConnect === NONE ? null : rows.clientId(otherConnect))
  );
}

/** Where this end saw the socket go away by itself and the other ended it with `terminate()`, it was the other. */
function initiatorOf(rows: RowTable, close: number, otherClose: number): Connection['initiator'] {
  const other = otherClose === NONE ? null : INITIATORS[rows.initiator(otherClose)]!;
  if (close === NONE) return other;
  const own = INITIATORS[rows.initiator(close)]!;
  return own === 'transport' && other === 'local' ? 'remote' : own;
}

/** From the connect row of either end, or, without one, the close less the duration that it carries. */
function openTime(rows: RowTable, { connect, close, otherConnect, otherClose }: ConnectionRows): number | null {
  if (connect !== NONE && !rows.isFailed(connect)) return rows.time(connect);
  if (otherConnect !== NONE && !rows.isFailed(otherConnect)) return rows.time(otherConnect);
  if (close !== NONE && !Number.isNaN(rows.duration(close))) return rows.time(close) - rows.duration(close) * 1_000;
  if (otherClose === NONE || Number.isNaN(rows.duration(otherClose))) return null;
  return rows.time(otherClose) - rows.duration(otherClose) * 1_000;
}

function exposedFrom(hasOpened: boolean, openedAt: number | null, closedAt: number | null): number | null {
  if (openedAt === null) return null;
  if (hasOpened) return openedAt;
  return closedAt === null ? null : Math.max(openedAt, closedAt - ORPHAN_REACH);
}

/**
 * The close row that knows the payload best, or NONE: the end that detected a defect; an application's own 1007 yields to
 * a library's finding.
 */
function detectingRow(rows: RowTable, own: number, others: number): number {
  const ownDefect = own === NONE ? 0 : rows.defect(own);
  const othersDefect = others === NONE ? 0 : rows.defect(others);
  if (ownDefect !== 0 && ownDefect !== APPLICATION) return own;
  if (othersDefect !== 0 && othersDefect !== APPLICATION) return others;
  if (ownDefect !== 0) return own;
  if (othersDefect !== 0) return others;
  if (own !== NONE && rows.code(own) === INVALID_PAYLOAD) return own;
  return others !== NONE && rows.code(others) === INVALID_PAYLOAD ? others : NONE;
}

function spokeAt(rows: RowTable, connect: number, close: number): readonly number[] {
  if (connect === NONE) return [rows.time(close)];
  if (close === NONE || rows.time(close) === rows.time(connect)) return [rows.time(connect)];
  return [rows.time(connect), rows.time(close)];
}

/** The time of the earlier of an end's rows, of which one is there. Epoch milliseconds. */
export function firstTime(rows: RowTable, connect: number, close: number): number {
  if (connect === NONE) return rows.time(close);
  return close === NONE ? rows.time(connect) : Math.min(rows.time(connect), rows.time(close));
}

function codeOf(rows: RowTable, close: number): number | null {
  return close === NONE || rows.code(close) === NONE ? null : rows.code(close);
}
