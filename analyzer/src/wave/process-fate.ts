import { BURST, type Loss } from './find-losses.ts';

/** What became of a process after its loss. */
export type Fate =
  /** It went on: what it lost, somebody else took. */
  | { kind: 'alive' }
  /** It told itself that all of its connections broke off, and has been silent since, for less than a minute. */
  | { kind: 'undecided' }
  /** It ended, as far as is known. `backAt` is the first open after it on the same instance with the same version, epoch milliseconds. */
  | { kind: 'ended'; backAt: number | null };

/** A process on which nothing opens for this long after its loss has ended; a fixed time, so that the answer stays as it is. */
const SILENCE = 60_000; // 60 s
/** No process starts in less: who takes connections sooner had never gone. */
const FASTEST_START = 1_000; // 1 s
/** Who comes back later than this is another story: the longest backoff is 5 min, and a start takes its time. */
const LATEST_RETURN = 10 * 60_000; // 10 min
/** From this share of the closes on what they say counts for all of them: a proxy may have erased the rest. */
const SPOKEN = 0.2;
/** Closes of which the server itself told no more than this share are those of a dead one: rows of clients tell of them. */
const TOLD_BY_ITSELF = 0.2;
/** A server that ends its sockets without a frame ends so many of them itself, and all within this time. */
const BY_ITSELF = 0.8;
const AT_ONCE = 30_000; // 30 s

/** True where the server said so itself, by 1012 or 1001 or with other frames of its own. */
export function isSpoken({ orderly, closed }: Loss): boolean {
  return orderly >= closed * SPOKEN;
}

/** True where the server brought it about: by 1012 or 1001, with frames of its own, or by ending all of its sockets at once without one. */
export function isInOrder(loss: Loss): boolean {
  return isSpoken(loss) || (loss.allGoneAt !== null && isByItself(loss));
}

/**
 * Whether the process ended with its loss, as known at `now`. One that said so has ended when it fell silent, or had lost all and came
 * back after a pause. One that did not tell of its closes, or ended them all itself at once, likewise. And one that told of connections that
 * others broke off has ended when it never takes another.
 */
export function fateOf(loss: Loss, now: number): Fate {
  const { log, allGoneAt } = loss;
  const inOrder = isInOrder(loss);
  const killed = !inOrder && loss.ownWord <= loss.closed * TOLD_BY_ITSELF;
  if (allGoneAt === null && !inOrder && !killed) return { kind: 'alive' };
  const goneAt = goneAtOf(loss);
  if (!inOrder && hasSurvivors(loss, goneAt, now)) return { kind: 'alive' };
  const next = log.nextOpenAfter(goneAt, now);
  const backAt = next !== null && next <= goneAt + LATEST_RETURN ? next : null;
  if (!inOrder && !killed) {
    if (backAt !== null) return { kind: 'alive' };
    return now <= goneAt + SILENCE ? { kind: 'undecided' } : { kind: 'ended', backAt };
  }
  if (next === null || next > goneAt + SILENCE) return { kind: 'ended', backAt };
  const isRestarted = (allGoneAt !== null || killed) && next >= goneAt + FASTEST_START;
  return isRestarted && !hasSurvivors(loss, goneAt, now) ? { kind: 'ended', backAt } : { kind: 'alive' };
}

function isByItself({ closes, closed }: Loss): boolean {
  const local = closes.filter(({ connection }) => connection.initiator === 'local');
  const weight = local.reduce((sum, { closeWeight }) => sum + closeWeight, 0);
  return weight >= closed * BY_ITSELF && local.at(-1)!.connection.closedAt - local[0]!.connection.closedAt <= AT_ONCE;
}

/**
 * From then on a process that goes takes no connections: the moment at which all were gone, or its last word in half a minute; a balancer may go
 * on sending to one that said so.
 */
function goneAtOf(loss: Loss): number {
  const { closes, allGoneAt, startedAt } = loss;
  if (allGoneAt !== null && !isInOrder(loss)) return allGoneAt;
  const until = (allGoneAt ?? startedAt) + BURST;
  return closes.findLast(({ connection }) => connection.closedAt <= until)!.connection.closedAt;
}

/** True where a connection from before the loss closed after it and the server itself told of that: it had lived on. */
function hasSurvivors({ log, startedAt, lastCloseAt }: Loss, goneAt: number, now: number): boolean {
  const { closes } = log;
  const from = closes.firstAfter(Math.max(lastCloseAt, goneAt + FASTEST_START));
  for (let at = from; at < closes.length && closes.times[at]! <= Math.min(now, goneAt + SILENCE); at += 1) {
    const { connection, spoke } = closes.items[at]!;
    if (connection.openedAt !== null && connection.openedAt < startedAt && spoke.includes(connection.closedAt))
      return true;
  }
  return false;
}
