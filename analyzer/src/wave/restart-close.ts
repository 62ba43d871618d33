import type { Connection } from '../connection.ts';

/** "Service restart": only servers send it (IANA's registration; uvicorn and Phoenix do). */
const SERVICE_RESTART = 1012;
/** "Going away": a server's restart (Jetty), and every browser tab that closes; the initiator tells them apart. */
const GOING_AWAY = 1001;

/** "Normal closure". */
const NORMAL = 1000;

type Close = Pick<Connection, 'code' | 'initiator' | 'countedRole'>;

/**
 * True for a close that says by itself that the server goes away: 1012, or 1001 that the client did not begin.
 * Where the initiator is unknown, 1001 counts. Any other code needs such closes around it to belong to a restart.
 */
export function isRestartClose(close: Close): boolean {
  return close.code === SERVICE_RESTART || (close.code === GOING_AWAY && !isByClient(close));
}

/** True where the client ended it as one does who is done: 1001 or 1000, begun on its side. */
export function leftByItself(close: Close): boolean {
  return (close.code === GOING_AWAY || close.code === NORMAL) && isByClient(close);
}

function isByClient({ initiator, countedRole }: Close): boolean {
  return initiator === (countedRole === 'server' ? 'remote' : 'local');
}
