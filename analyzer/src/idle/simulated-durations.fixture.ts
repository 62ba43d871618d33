import { row } from '../event.fixture.ts';
import type { AnalyzedEvent } from '../facts/analyzed-event.ts';

/** A service whose connections last as long as people stay, and some of which a timeout ends. Seconds. */
export interface SimulatedService {
  random: () => number;
  startsAt: number;
  seconds: number;
  opensPerSecond: number;
  /** How long people stay. */
  stay: (random: () => number) => number;
  /** Share of the connections that fall silent right away, and the timeout that ends those. */
  idle: number;
  timeout: number;
  /** How a connection that somebody ends, or that breaks, is closed; by the same random numbers. */
  close?: (random: () => number) => Partial<AnalyzedEvent>;
}

/** Half of them close their tab, the others just go away: phones, and lids that are closed. */
function leave(random: () => number): Partial<AnalyzedEvent> {
  return random() < 0.5 ? { code: 1001, initiator: 'remote' } : { code: 1006, initiator: 'transport' };
}

export const exponential = (mean: number) => (random: () => number) => -mean * Math.log(1 - random());
export const logNormal = (median: number, sigma: number) => (random: () => number) =>
  median * Math.exp(sigma * Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random()));

/** The rows of the servers, in order of time. */
export function simulatedDurations(service: SimulatedService): AnalyzedEvent[] {
  const { random, startsAt, seconds, opensPerSecond, stay, idle, timeout, close = leave } = service;
  const rows: AnalyzedEvent[] = [];
  let number = 0;
  for (let opened = exponential(1 / opensPerSecond)(random); opened < seconds; number += 1) {
    const stays = stay(random);
    const isIdle = random() < idle;
    // The timeout counts from the last message, which comes within the first second.
    const silent = timeout + random();
    const lasts = isIdle ? Math.min(stays, silent) : stays;
    const how = isIdle && silent < stays ? { code: 1006, initiator: 'transport' as const } : close(random);
    const connectionId = `c${number}`;
    const common = { connectionId, clientId: `client ${number % 400}`, instance: `pod-${number % 3}` };
    const openedAt = Math.round((startsAt + opened) * 1000);
    const closedAt = openedAt + Math.round(lasts * 1000);
    rows.push(row({ kind: 'connect', time: openedAt, ...common }));
    if (closedAt < (startsAt + seconds) * 1000)
      rows.push(
        row({ kind: 'close', time: closedAt, connectionDuration: (closedAt - openedAt) / 1000, ...common, ...how }),
      );
    opened += exponential(1 / opensPerSecond)(random);
  }
  return rows.sort((a, b) => a.time - b.time);
}
