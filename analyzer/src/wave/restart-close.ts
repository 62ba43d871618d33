import type { Connection } from '../connection.ts';

/** "Service restart": only servers send it (IANA's registration; uvicorn and Phoenix do). */
const SERVICE_RESTART = 1012;
/** "Going away": a server's restart (Jetty), and every browser tab that closes; the initiator tells them apart. */
const GOING_AWAY = 1001;
/** "Normal closure": some servers send it even at a restart. */
const NORMAL = 1000;
/** "No status received": a close frame without a code; also what a proxy leaves of a 1012. */
const NO_STATUS = 1005;
/** "Abnormal closure": no close frame at all. */
const ABNORMAL = 1006;
/** "Internal error": an unhandled exception. */
const INTERNAL_ERROR = 1011;

type Close = Pick<Connection, 'code' | 'initiator' | 'countedRole' | 'payloadBug'>;

/**
 * True for a close that says by itself that the server goes away: 1012, or 1001 that the client did not begin.
 * Where the initiator is unknown, 1001 counts. Any other code needs such closes around it to belong to a restart.
 */
export function isRestartClose(close: Close): boolean {
  return close.code === SERVICE_RESTART || (close.code === GOING_AWAY && !isByClient(close));
}

/** True for a close that the server began with a frame of its own, as one does that shuts down in order: also with 1000. */
export function isOrderly(close: Close): boolean {
  return isRestartClose(close) || (close.code === NORMAL && !isByClient(close));
}

/** True for a connection that broke off, or of whose code nothing is left: 1006, 1005, or none. */
export function isBroken({ code }: Close): boolean {
  return code === null || code === ABNORMAL || code === NO_STATUS;
}

/** True where a server says that something unexpected happened: a process that falls over says it to all of its connections. */
function isFalling(close: Close): boolean {
  return close.code === INTERNAL_ERROR && !isByClient(close);
}

/** True for one that a server's end, a proxy's or a network's may have brought about: no payload bug, and no code that says otherwise. */
export function isFromOutside(close: Close): boolean {
  return !close.payloadBug && (isBroken(close) || isOrderly(close) || isFalling(close));
}

/** True where the client ended it as one does who is done: 1001 or 1000, begun on its side. */
export function leftByItself(close: Close): boolean {
  return (close.code === GOING_AWAY || close.code === NORMAL) && isByClient(close);
}

function isByClient({ initiator, countedRole }: Pick<Connection, 'initiator' | 'countedRole'>): boolean {
  return initiator === (countedRole === 'server' ? 'remote' : 'local');
}
