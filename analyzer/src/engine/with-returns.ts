import type { Connection } from '../connection.ts';

/**
 * The connections with the time at which their client was back filled in: the reconnect row's where one names them, or
 * else the same client's next open.
 */
export function withReturns(connections: readonly Connection[]): Connection[] {
  const opens = new Map<string, number[]>();
  for (const { clientId, openedAt } of connections) {
    if (clientId === null || openedAt === null) continue;
    const known = opens.get(clientId);
    if (known) known.push(openedAt);
    else opens.set(clientId, [openedAt]);
  }
  for (const times of opens.values()) times.sort((a, b) => a - b);
  return connections.map(connection => {
    const { backAt, closedAt, clientId } = connection;
    if (backAt !== null || closedAt === null || clientId === null) return connection;
    const next = opens.get(clientId)?.find(time => time >= closedAt);
    return next === undefined ? connection : { ...connection, backAt: next };
  });
}
