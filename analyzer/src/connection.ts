import type { CloseInitiator, PayloadDefect, PayloadSignature, Role } from '@closewatch/collector';

/**
 * One WebSocket connection, merged from the rows of both ends. The server's row is the one that is counted; the client's
 * completes it (its version, its id, what it saw in the payload, its reconnect). A connection that only the client
 * reported counts for the client's own service. Times are epoch milliseconds.
 */
export interface Connection {
  /** The connection id of the end that is counted. */
  id: string;
  countedRole: Role;
  service: string;
  environment: string | null;
  serviceVersion: string | null;
  instance: string | null;
  region: string | null;
  urlTemplate: string | null;
  urlPath: string | null;
  subprotocol: string | null;
  clientName: string | null;
  clientVersion: string | null;
  /** The client's own id, or null: then the connection counts as a client of its own. */
  clientId: string | null;

  /** From the connect row, or, without one, the close less the duration that it carries. */
  openedAt: number | null;
  /** Null while open. */
  closedAt: number | null;
  code: number | null;
  initiator: CloseInitiator | null;
  payloadBug: boolean;
  payloadDefect: PayloadDefect | null;
  payloadSignature: PayloadSignature | null;
  payloadOffset: number | null;
  payloadSize: number | null;
  payloadSender: Role | null;
  payloadMessageIndex: number | null;

  /** When the client was back after this close (end of the reconnect row that names it, or the same client id's next open). */
  backAt: number | null;
}

/** What a connection counts as when clients are counted: the client's id, or else the connection itself. */
export function clientKey(connection: Pick<Connection, 'clientId' | 'id'>): string {
  return connection.clientId ?? `connection ${connection.id}`;
}
