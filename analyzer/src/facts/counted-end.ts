import { CLIENT_END, type ConnectionRecords, type End, SERVER_END } from './connection-records.ts';
import { type FailedHandshake, failedHandshake } from './failed-handshake.ts';
import { NONE, ROLES, SERVER } from './incoming-row.ts';
import { type ConnectionRows, type CountedConnection, firstTime, mergeConnection } from './merge-connection.ts';
import type { RowTable } from './row-table.ts';

const CLIENT = ROLES.indexOf('client');

/** What an end counts as: a connection, a handshake that failed, or neither. */
export interface CountedEnd {
  connection: CountedConnection | null;
  handshake: FailedHandshake | null;
}

/** An end that doesn't count. */
export const NOT_COUNTED: CountedEnd = { connection: null, handshake: null };

/** What a server's end counts as, completed by its pair. */
export function countedServer(rows: RowTable, records: ConnectionRecords, server: number): CountedEnd {
  if (!records.hasRows(server, SERVER_END)) return NOT_COUNTED;
  const connect = records.connectOf(server, SERVER_END);
  const client = connect === NONE ? NONE : rows.parent(connect);
  const isPair = client !== NONE && records.pairOf(client) === server;
  const of = {
    connect,
    close: records.closeOf(server, SERVER_END),
    otherConnect: isPair ? records.connectOf(client, CLIENT_END) : NONE,
    otherClose: isPair ? records.closeOf(client, CLIENT_END) : NONE,
  };
  return counted(rows, records.ids.idOf(server), SERVER, of, isPair ? returnOf(records, client) : null);
}

/** What a client's end counts as by itself. */
export function countedClient(rows: RowTable, records: ConnectionRecords, client: number): CountedEnd {
  if (!records.hasRows(client, CLIENT_END) || records.pairOf(client) !== NONE) return NOT_COUNTED;
  const of = {
    connect: records.connectOf(client, CLIENT_END),
    close: records.closeOf(client, CLIENT_END),
    otherConnect: NONE,
    otherClose: NONE,
  };
  return counted(rows, records.ids.idOf(client), CLIENT, of, returnOf(records, client));
}

/** The time of an end's earliest row, epoch milliseconds. */
export function firstTimeOf(rows: RowTable, records: ConnectionRecords, number: number, end: End): number {
  return firstTime(rows, records.connectOf(number, end), records.closeOf(number, end));
}

function counted(rows: RowTable, id: string, role: number, of: ConnectionRows, backAt: number | null): CountedEnd {
  const connection = mergeConnection(rows, id, role, of, backAt);
  return { connection, handshake: connection === null ? failedHandshake(rows, id, role, of) : null };
}

function returnOf(records: ConnectionRecords, client: number): number | null {
  const returnedAt = records.returnedAt(client);
  return Number.isNaN(returnedAt) ? null : returnedAt;
}
