import type { Connection } from '../connection.ts';

/** "Service restart": only servers send it (IANA's registration; uvicorn and Phoenix do). */
const SERVICE_RESTART = 1012;
/** "Going away": a server's restart (Jetty), and every browser tab that closes; the initiator tells them apart. */
const GOING_AWAY = 1001;

/**
 * True for a close that says by itself that the server goes away: 1012, or 1001 that the client did not begin.
 * Where the initiator is unknown, 1001 counts. Any other code needs such closes around it to belong to a restart.
 */
export function isRestartClose(connection: Pick<Connection, 'code' | 'initiator' | 'countedRole'>): boolean {
  if (connection.code === SERVICE_RESTART) return true;
  if (connection.code !== GOING_AWAY) return false;
  const byClient = connection.countedRole === 'server' ? 'remote' : 'local';
  return connection.initiator !== byClient;
}
