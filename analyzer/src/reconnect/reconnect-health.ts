import type { Connection } from '../connection.ts';
import type { ReconnectHealth } from '../verdict.ts';
import { closedBy } from '../wave/instance-timeline.ts';
import { leftByItself } from '../wave/restart-close.ts';
import type { WaveSettings } from '../wave.ts';
import { kaplanMeier, type Observation, timeOfShare } from './kaplan-meier.ts';

/** Who is not back after this long has not come back. */
export const NEVER_BACK = 300; // 5 min, in seconds

/**
 * How the clients of these closes came back, as at `now` (epoch milliseconds). `early`, `withinWindow` and `late` are
 * counted shares of all of them: their sum is the share that is back by now, and whoever is still out is in none.
 * `neverBack` is the share of those that had five minutes and did not use them. p50 and p95 are Kaplan-Meier's, so that a
 * client that is still out counts as not back yet, never as lost. Closes of clients that are not expected back, or could
 * not be recognised, have to be left out beforehand (`canBeFollowed`); with none left, the percentiles are null and the
 * shares 0.
 */
export function reconnectHealth(
  closes: readonly Connection[],
  peakPerSecond: number,
  window: WaveSettings['reconnectWindow'],
  now: number,
): ReconnectHealth {
  const away = closes.filter(connection => closedBy(connection, now)).map(connection => awayOf(connection, now));
  const back = away.filter(one => one.event);
  const steps = kaplanMeier(away);
  const hadFiveMinutes = closes.filter(
    connection => closedBy(connection, now) && connection.closedAt <= now - NEVER_BACK * 1000,
  );
  const never = hadFiveMinutes.filter(
    ({ backAt, closedAt }) => backAt === null || backAt > closedAt! + NEVER_BACK * 1000,
  );
  return {
    p50: timeOfShare(steps, 0.5),
    p95: timeOfShare(steps, 0.95),
    withinWindow: shareOf(back.filter(({ time }) => time >= window.from && time <= window.to).length, away.length),
    early: shareOf(back.filter(({ time }) => time < window.from).length, away.length),
    late: shareOf(back.filter(({ time }) => time > window.to).length, away.length),
    neverBack: shareOf(never.length, hadFiveMinutes.length),
    peakPerSecond,
  };
}

/** Of these closes, how many have their client still out at `now` (epoch milliseconds) after more than `seconds`. */
export function countOverdue(closes: readonly Connection[], seconds: number, now: number): number {
  return closes
    .filter(connection => closedBy(connection, now))
    .map(connection => awayOf(connection, now))
    .filter(({ time, event }) => !event && time > seconds).length;
}

/** How long the client was out, in seconds, and whether it was back at the end of that or is out at `now`. */
function awayOf({ closedAt, backAt }: Connection & { closedAt: number }, now: number): Observation {
  const back = backAt !== null && backAt <= now;
  return { time: Math.max(0, (back ? backAt : now) - closedAt) / 1000, event: back };
}

function shareOf(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
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
