import type { Connection } from '../connection.ts';

/**
 * Splits the connections of one instance id and version where the id ran another version meanwhile: after a rollback the
 * old version's connections are those of a new process. `otherOpens` are the opens of the id's other versions, epoch
 * milliseconds. A life ends where all its connections are closed and another version opens before the next one of its
 * own; two processes that share an id by mistake are not cut up.
 */
export function instanceLives(connections: readonly Connection[], otherOpens: readonly number[]): Connection[][] {
  if (otherOpens.length === 0) return [[...connections]];
  const ordered = [...connections].sort((a, b) => openOf(a) - openOf(b));
  const others = [...otherOpens].sort((a, b) => a - b);
  const lives: Connection[][] = [];
  let lastClose = Number.NEGATIVE_INFINITY;
  let lastOpen = Number.NEGATIVE_INFINITY;
  let other = 0;
  for (const connection of ordered) {
    const openedAt = openOf(connection);
    while (other < others.length && others[other]! <= lastOpen) other += 1;
    const otherBetween = other < others.length && others[other]! < openedAt;
    if (lives.length === 0 || (openedAt > lastClose && otherBetween)) lives.push([]);
    lives.at(-1)!.push(connection);
    lastOpen = openedAt;
    lastClose = Math.max(lastClose, connection.closedAt ?? Number.POSITIVE_INFINITY);
  }
  return lives;
}

function openOf({ openedAt }: Connection): number {
  return openedAt ?? Number.NEGATIVE_INFINITY;
}
