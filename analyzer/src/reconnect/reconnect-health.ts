import type { Connection } from '../connection.ts';
import type { ReconnectHealth } from '../verdict.ts';
import { leftByItself } from '../wave/restart-close.ts';
import type { WaveSettings } from '../wave.ts';
import { herdIndex } from './herd-index.ts';
import { kaplanMeier, shareBy, timeOfShare } from './kaplan-meier.ts';
import { lockstep } from './lockstep.ts';
import { awayTimes } from './reconnect-curve.ts';

/** Who is not back after this long has not come back. */
export const NEVER_BACK = 300; // 5 min, in seconds

/**
 * How the clients of these closes came back, as at `now` (epoch milliseconds). `early`, `withinWindow` and `late` are
 * counted shares of all of them: their sum is the share that is back by now, and whoever is still out is in none.
 * `neverBack` is the share of those that had five minutes and did not use them. The percentiles and the shares back in 5,
 * 30 and 60 s are Kaplan-Meier's, so that a client that is still out counts as not back yet, never as lost. Closes of
 * clients that are not expected back, or could not be recognised, have to be left out beforehand; with none left, the
 * percentiles are null and the shares 0.
 */
export function reconnectHealth(
  closes: readonly Connection[],
  peakPerSecond: number,
  window: WaveSettings['reconnectWindow'],
  now: number,
): ReconnectHealth {
  const away = awayTimes(closes, now);
  const back = away.filter(one => one.event);
  const steps = kaplanMeier(away);
  const hadFiveMinutes = closes.filter(({ closedAt }) => closedAt !== null && closedAt <= now - NEVER_BACK * 1000);
  const never = hadFiveMinutes.filter(
    ({ backAt, closedAt }) => backAt === null || backAt > closedAt! + NEVER_BACK * 1000,
  );
  const returns = closes.filter(isReturn).filter(({ closedAt, backAt }) => closedAt <= now && backAt <= now);
  return {
    p50: timeOfShare(steps, 0.5),
    p95: timeOfShare(steps, 0.95),
    p99: timeOfShare(steps, 0.99),
    withinWindow: shareOf(back.filter(({ time }) => time >= window.from && time <= window.to).length, away.length),
    early: shareOf(back.filter(({ time }) => time < window.from).length, away.length),
    late: shareOf(back.filter(({ time }) => time > window.to).length, away.length),
    neverBack: shareOf(never.length, hadFiveMinutes.length),
    backIn5s: shareBy(steps, 5),
    backIn30s: shareBy(steps, 30),
    backIn60s: shareBy(steps, 60),
    peakPerSecond,
    herdIndex: herdIndex(returns, window)?.index ?? null,
    lockstep: lockstep(returns.map(({ backAt }) => backAt)),
  };
}

function isReturn(connection: Connection): connection is Connection & { closedAt: number; backAt: number } {
  return connection.closedAt !== null && connection.backAt !== null;
}

/** Of these closes, how many have their client still out at `now` (epoch milliseconds) after more than `seconds`. */
export function countOverdue(closes: readonly Connection[], seconds: number, now: number): number {
  return awayTimes(closes, now).filter(({ time, event }) => !event && time > seconds).length;
}

function shareOf(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}

/** True where the client is expected back: it did not leave of its own accord (a closed tab). */
export function isExpectedBack(connection: Connection): boolean {
  return !leftByItself(connection);
}

/** The most opens in one second of event time, from `from` to `to` (epoch milliseconds). */
export function peakOpensPerSecond(
  connections: readonly Pick<Connection, 'openedAt'>[],
  from: number,
  to: number,
): number {
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
