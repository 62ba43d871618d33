import type { Connection } from '../connection.ts';
import type { EndRecord } from './end-record.ts';
import { exactWeight, identityOf, NO_END } from './merge-connection.ts';

/** A handshake that failed: a client that wanted to connect, and could not. */
export interface FailedHandshake {
  /** Who wanted what of whom. It never opened; `closedAt` is when it failed, epoch milliseconds. */
  connection: Connection & { closedAt: number };
  /** The HTTP status of the answer; null without one. */
  status: number | null;
  /** How many it stands for. */
  weight: number;
}

/** The handshake that failed, out of both ends' records; null where it did not, or was seen to close after all. */
export function failedHandshake(counted: EndRecord, other: EndRecord | null): FailedHandshake | null {
  const { connect } = counted;
  if (!connect?.failed || counted.close) return null;
  const rows = [connect, other?.connect].filter(row => row != null);
  return {
    connection: {
      ...NO_END,
      id: counted.id,
      countedRole: counted.role,
      service: connect.service,
      environment: connect.environment,
      ...identityOf(rows),
      openedAt: null,
      closedAt: connect.time,
      backAt: null,
    },
    status: rows.find(row => row.httpStatus !== null)?.httpStatus ?? null,
    weight: exactWeight(connect),
  };
}
