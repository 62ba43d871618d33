import type { Connection } from '../connection.ts';
import type { ReconnectHealth } from '../verdict.ts';
import type { WaveSettings } from '../wave.ts';
import { closedBy } from './instance-timeline.ts';
import { kaplanMeier, shareBy, timeOfShare } from './kaplan-meier.ts';
import { leftByItself } from './restart-close.ts';

/** Who is not back after this long has not come back. */
export const NEVER_BACK = 300; // 5 min, in seconds

/**
 * How the clients of these closes came back, as at `now` (epoch milliseconds). Shares are Kaplan-Meier's, so that a
 * client that is still out counts as not back yet, never as lost; `late` reaches to five minutes, and `neverBack` is
 * the share of those that had five minutes and did not use them. Closes of clients that are not expected back, or could not be
 * recognised, have to be left out beforehand (`canBeFollowed`); with none left, the percentiles are null and the shares 0.
 */
export function reconnectHealth(
  closes: readonly Connection[],
  peakPerSecond: number,
  window: WaveSettings['reconnectWindow'],
  now: number,
): ReconnectHealth {
  const away = closes
    .filter(connection => closedBy(connection, now))
    .map(connection => {
      const { closedAt, backAt } = connection;
      const back = backAt !== null && backAt <= now;
      return { time: Math.max(0, (back ? backAt : now) - closedAt) / 1000, event: back };
    });
  const steps = kaplanMeier(away);
  const early = shareBefore(steps, window.from);
  const byWindowEnd = shareBy(steps, window.to);
  const byFiveMinutes = shareBy(steps, NEVER_BACK);

  const hadFiveMinutes = closes.filter(
    connection => closedBy(connection, now) && connection.closedAt <= now - NEVER_BACK * 1000,
  );
  const never = hadFiveMinutes.filter(
    ({ backAt, closedAt }) => backAt === null || backAt > closedAt! + NEVER_BACK * 1000,
  );
  return {
    p50: timeOfShare(steps, 0.5),
    p95: timeOfShare(steps, 0.95),
    withinWindow: byWindowEnd - early,
    early,
    late: Math.max(0, byFiveMinutes - byWindowEnd),
    neverBack: hadFiveMinutes.length === 0 ? 0 : never.length / hadFiveMinutes.length,
    peakPerSecond,
  };
}

/**
 * True where the client is expected back and would be recognised: it did not leave of its own accord (a closed tab), and
 * has an id or has been seen to come back.
 */
export function canBeFollowed(connection: Connection): boolean {
  return !leftByItself(connection) && (connection.clientId !== null || connection.backAt !== null);
}

/** The most opens in one second of event time, from `from` to `to` (epoch milliseconds). */
export function peakOpensPerSecond(connections: readonly Connection[], from: number, to: number): number {
  const perSecond = new Map<number, number>();
  let peak = 0;
  for (const { openedAt } of connections) {
    if (openedAt === null || openedAt < from || openedAt > to) continue;
    const second = Math.floor(openedAt / 1000);
    const opens = (perSecond.get(second) ?? 0) + 1;
    perSecond.set(second, opens);
    peak = Math.max(peak, opens);
  }
  return peak;
}

/** The window begins at `time` itself: whoever is back exactly then is inside it. */
function shareBefore(steps: Parameters<typeof shareBy>[0], time: number): number {
  const step = steps.findLast(candidate => candidate.time < time);
  return 1 - (step?.survival ?? 1);
}
