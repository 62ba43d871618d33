import type { Connection } from '../connection.ts';
import { DEFECTS, INITIATORS, NONE, ROLES, SIGNATURES } from './incoming-row.ts';
import { ORPHAN_REACH } from './limits.ts';
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
  const hasOpened = connect !== NONE && rows.failed[connect] === 0;
  if (connect !== NONE && !hasOpened && ownClose === NONE) return null;
  const openedAt = openTime(rows, of);
  const closedAt = close === NONE ? null : Math.max(rows.time[close]!, openedAt ?? rows.time[close]!);
  const detecting = detectingRow(rows, ownClose, of.otherClose);
  return {
    connection: connectionOf(rows, id, role, of, detecting, { openedAt, closedAt, backAt }),
    exposedFrom: exposedFrom(hasOpened, openedAt, closedAt),
    openSeen: hasOpened,
    openWeight: connect === NONE ? 1 : rows.weight[connect]!,
    closeWeight: close === NONE ? 1 : rows.weight[close]!,
    bugTrusted: detecting === NONE || rows.trusted[detecting] === 1,
    spoke: spokeAt(rows, connect, ownClose),
    firstTime: firstTime(rows, connect, ownClose),
  };
}

/** The connection itself: the counted end's word first, the other end's where it has none. `detecting` is the close row that knows the payload best. */
export function connectionOf(
  rows: RowTable,
  id: string,
  role: number,
  of: ConnectionRows,
  detecting: number,
  times: Pick<Connection, 'openedAt' | 'closedAt' | 'backAt'>,
): Connection {
  const { connect, close, otherConnect, otherClose } = of;
  const { identity } = rows;
  const first = close !== NONE ? close : connect;
  const own = (texts: readonly (string | null)[]) => firstText(texts, close, connect);
  const any = (texts: readonly (string | null)[]) => own(texts) ?? firstText(texts, otherClose, otherConnect);
  return {
    id,
    countedRole: ROLES[role]!,
    service: rows.service[first]!,
    environment: rows.environment[first]!,
    serviceVersion: own(identity.serviceVersion),
    instance: own(identity.instance),
    region: own(identity.region),
    urlTemplate: any(identity.urlTemplate),
    urlPath: any(identity.urlPath),
    subprotocol: any(identity.subprotocol),
    clientName: any(identity.clientName),
    clientVersion: any(identity.clientVersion),
    clientId: any(identity.clientId),
    openedAt: times.openedAt,
    closedAt: times.closedAt,
    code: codeOf(rows, close) ?? codeOf(rows, otherClose),
    initiator: initiatorOf(rows, close, otherClose),
    payloadBug: detecting !== NONE && rows.defect[detecting] !== APPLICATION,
    payloadDefect: detecting === NONE ? null : DEFECTS[rows.defect[detecting]!]!,
    payloadSignature: detecting === NONE ? null : SIGNATURES[rows.signature[detecting]!]!,
    payloadOffset: numberOf(rows.offset, detecting),
    payloadSize: numberOf(rows.size, detecting),
    payloadSender: detecting === NONE ? null : ROLES[rows.sender[detecting]!]!,
    payloadMessageIndex: numberOf(rows.messageIndex, detecting),
    backAt: times.backAt,
  };
}

/** Where this end saw the socket go away by itself and the other ended it with `terminate()`, it was the other. */
function initiatorOf({ initiator }: RowTable, close: number, otherClose: number): Connection['initiator'] {
  const other = otherClose === NONE ? null : INITIATORS[initiator[otherClose]!]!;
  if (close === NONE) return other;
  const own = INITIATORS[initiator[close]!]!;
  return own === 'transport' && other === 'local' ? 'remote' : own;
}

/** From the connect row of either end, or, without one, the close less the duration that it carries. */
function openTime(rows: RowTable, { connect, close, otherConnect, otherClose }: ConnectionRows): number | null {
  if (connect !== NONE && rows.failed[connect] === 0) return rows.time[connect]!;
  if (otherConnect !== NONE && rows.failed[otherConnect] === 0) return rows.time[otherConnect]!;
  if (close !== NONE && !Number.isNaN(rows.duration[close]!)) return rows.time[close]! - rows.duration[close]! * 1_000;
  if (otherClose === NONE || Number.isNaN(rows.duration[otherClose]!)) return null;
  return rows.time[otherClose]! - rows.duration[otherClose]! * 1_000;
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
  const { defect, code } = rows;
  if (own !== NONE && defect[own] !== 0 && defect[own] !== APPLICATION) return own;
  if (others !== NONE && defect[others] !== 0 && defect[others] !== APPLICATION) return others;
  if (own !== NONE && defect[own] !== 0) return own;
  if (others !== NONE && defect[others] !== 0) return others;
  if (own !== NONE && code[own] === INVALID_PAYLOAD) return own;
  return others !== NONE && code[others] === INVALID_PAYLOAD ? others : NONE;
}

function spokeAt({ time }: RowTable, connect: number, close: number): readonly number[] {
  if (connect === NONE) return [time[close]!];
  if (close === NONE || time[close] === time[connect]) return [time[connect]!];
  return [time[connect]!, time[close]!];
}

/** The time of the earlier of an end's rows, of which one is there. Epoch milliseconds. */
export function firstTime({ time }: RowTable, connect: number, close: number): number {
  if (connect === NONE) return time[close]!;
  return close === NONE ? time[connect]! : Math.min(time[connect]!, time[close]!);
}

function firstText(texts: readonly (string | null)[], one: number, other: number): string | null {
  return (one === NONE ? null : texts[one]!) ?? (other === NONE ? null : texts[other]!);
}

function codeOf({ code }: RowTable, close: number): number | null {
  return close === NONE || code[close] === NONE ? null : code[close]!;
}

function numberOf(numbers: Float64Array, row: number): number | null {
  return row === NONE || Number.isNaN(numbers[row]!) ? null : numbers[row]!;
}
