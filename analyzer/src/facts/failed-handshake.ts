import type { Connection } from '../connection.ts';
import { NONE } from './incoming-row.ts';
import { type ConnectionRows, connectionOf } from './merge-connection.ts';
import type { RowTable } from './row-table.ts';

/** A handshake that failed: a client that wanted to connect, and could not. */
export interface FailedHandshake {
  /** Who wanted what of whom. It never opened; `closedAt` is when it failed, epoch milliseconds. */
  connection: Connection & { closedAt: number };
  /** The HTTP status of the answer; null without one. */
  status: number | null;
  /** How many it stands for. */
  weight: number;
}

/** The handshake that failed, out of both ends' rows; null where it did not, or was seen to close after all. */
export function failedHandshake(
  rows: RowTable,
  id: string,
  role: number,
  { connect, close, otherConnect }: ConnectionRows,
): FailedHandshake | null {
  if (connect === NONE || !rows.isFailed(connect) || close !== NONE) return null;
  const handshake = { connect, close: NONE, otherConnect, otherClose: NONE };
  const closedAt = rows.time(connect);
  const connection = connectionOf(rows, id, role, handshake, NONE, null, closedAt, null);
  return {
    connection: { ...connection, closedAt },
    status: statusOf(rows, connect) ?? statusOf(rows, otherConnect),
    weight: rows.weight(connect),
  };
}

function statusOf(rows: RowTable, connect: number): number | null {
  return connect === NONE || rows.httpStatus(connect) === NONE ? null : rows.httpStatus(connect);
}
