import { isPayloadBug } from '@closewatch/collector';
import type { Connection } from '../connection.ts';
import type { AnalyzedEvent } from './analyzed-event.ts';
import type { EndRecord } from './end-record.ts';
import { ORPHAN_REACH } from './limits.ts';

/** A connection as it is counted, and what only counting needs to know. Times are epoch milliseconds. */
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
  spoke: number[];
  firstTime: number;
}

/**
 * One connection out of both ends' records; null where nothing counts (a handshake that failed). `counted` is the end
 * whose service it counts for, `other` the paired client's record, `backAt` the end of the reconnect row that names it.
 */
export function mergeConnection(
  counted: EndRecord,
  other: EndRecord | null,
  backAt: number | null,
): CountedConnection | null {
  const { connect } = counted;
  if (connect?.failed && !counted.close) return null;
  const close = counted.close ?? other?.close ?? null;
  const rows = [close && counted.close, connect, other?.close, other?.connect].filter(row => row != null);
  const first = counted.close ?? connect ?? rows[0];
  if (!first) return null;
  const openedAt = openTime(counted, other);
  const closedAt = close ? Math.max(close.time, openedAt ?? close.time) : null;
  return {
    connection: {
      id: counted.id,
      countedRole: counted.role,
      service: first.service,
      environment: first.environment,
      ...identityOf(rows),
      ...endOf(counted.close, other?.close ?? null),
      openedAt,
      closedAt,
      backAt,
    },
    exposedFrom: exposedFrom(counted, openedAt, closedAt),
    openSeen: connect !== null && !connect.failed,
    openWeight: exactWeight(connect),
    closeWeight: exactWeight(close),
    bugTrusted: detectingRow(counted.close, other?.close ?? null)?.trusted ?? true,
    spoke: [...new Set([connect, counted.close].filter(row => row !== null).map(row => row.time))],
    firstTime: counted.firstTime,
  };
}

/** From the connect row of either end, or, without one, the close less the duration that it carries. */
function openTime(counted: EndRecord, other: EndRecord | null): number | null {
  const connect = [counted.connect, other?.connect].find(row => row && !row.failed);
  if (connect) return connect.time;
  const close = [counted.close, other?.close].find(row => row?.connectionDuration != null);
  return close ? close.time - close.connectionDuration! * 1_000 : null;
}

function exposedFrom(counted: EndRecord, openedAt: number | null, closedAt: number | null): number | null {
  if (openedAt === null) return null;
  if (counted.connect && !counted.connect.failed) return openedAt;
  return closedAt === null ? null : Math.max(openedAt, closedAt - ORPHAN_REACH);
}

/** The counted end's word first, the other end's where it has none. `rows` in that order. */
export function identityOf(rows: readonly AnalyzedEvent[]) {
  const counted = rows.filter(row => row.role === rows[0]!.role);
  const first = <Key extends keyof AnalyzedEvent>(
    from: readonly AnalyzedEvent[],
    key: Key,
  ): AnalyzedEvent[Key] | null => from.find(row => row[key] !== null)?.[key] ?? null;
  return {
    serviceVersion: first(counted, 'serviceVersion'),
    instance: first(counted, 'instance'),
    region: first(counted, 'region'),
    urlTemplate: first(rows, 'urlTemplate'),
    urlPath: first(rows, 'urlPath'),
    subprotocol: first(rows, 'subprotocol'),
    clientName: first(rows, 'clientName'),
    clientVersion: first(rows, 'clientVersion'),
    clientId: first(rows, 'clientId'),
  };
}

/** The row that knows the payload best: the end that detected a defect; an application's own 1007 yields to a library's finding. */
function detectingRow(own: AnalyzedEvent | null, others: AnalyzedEvent | null): AnalyzedEvent | undefined {
  const closes = [own, others].filter(row => row !== null);
  return (
    closes.find(row => row.payloadDefect !== null && row.payloadDefect !== 'application') ??
    closes.find(row => row.payloadDefect !== null) ??
    closes.find(row => row.code === 1007)
  );
}

/** In parts of 1,024, so that sums of weights are exact in a double and don't depend on their order. */
export function exactWeight(row: AnalyzedEvent | null): number {
  return Math.round((row?.weight ?? 1) * 1_024) / 1_024;
}

/** Of a connection that has not ended. */
export const NO_END = {
  code: null,
  initiator: null,
  payloadBug: false,
  payloadDefect: null,
  payloadSignature: null,
  payloadOffset: null,
  payloadSize: null,
  payloadSender: null,
  payloadMessageIndex: null,
} as const satisfies Partial<Connection>;

/** How it ended. */
function endOf(own: AnalyzedEvent | null, others: AnalyzedEvent | null) {
  const closes = [own, others].filter(row => row !== null);
  const detected = detectingRow(own, others);
  const code = closes.find(row => row.code !== null)?.code ?? null;
  return {
    code,
    initiator: closes[0]?.initiator ?? null,
    payloadBug: detected ? isPayloadBug(detected) : false,
    payloadDefect: detected?.payloadDefect ?? null,
    payloadSignature: detected?.payloadSignature ?? null,
    payloadOffset: detected?.payloadOffset ?? null,
    payloadSize: detected?.payloadSize ?? null,
    payloadSender: detected?.payloadSender ?? null,
    payloadMessageIndex: detected?.payloadMessageIndex ?? null,
  };
}
