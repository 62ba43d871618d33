import { row } from '../../../analyzer/src/event.fixture.ts';
import type { AnalyzedEvent } from '../../../analyzer/src/facts/analyzed-event.ts';
import { type Random, randomFrom } from '../attribution/random.ts';

const START = Date.parse('2026-11-23T10:00:00Z');

/** Handshakes that fail with a status, so many a second, and from a time on so many times as many. */
interface Refusals {
  status: number;
  perSecond: number;
  rises?: { at: number; times: number };
}

/** What a service is made of. Times in seconds. */
export interface ServiceOptions {
  seconds: number;
  opensPerSecond: number;
  /** How long people stay. */
  stay: (random: Random) => number;
  /** Share of the connections that go away without a close frame. */
  vanish: number;
  /** Share of the closes that have each of these codes. */
  codes: readonly { code: number; share: number }[];
  refusals: readonly Refusals[];
  /** When its three instances are rolled to the next version; null for never. */
  rollsAt: number | null;
  /** Share of the connections that fall silent at once, and what ends those, after how long. */
  idle: { share: number; timeout: number; how: Partial<AnalyzedEvent> };
}

export const BY_PROXY: Partial<AnalyzedEvent> = { code: 1006, initiator: 'transport' };
const NO_IDLE = { share: 0, timeout: 60, how: BY_PROXY };

/** A service on which nothing is wrong: any size, any durations, codes and statuses that always come, and a roll in half of them. */
export function quietService(random: Random, seconds: number): ServiceOptions {
  const median = random.logBetween(20, 1_200);
  const sigma = random.between(0.3, 1.2);
  const isLogNormal = random.chance(0.5);
  const share = () => (random.chance(0.5) ? random.logBetween(0.0005, 0.05) : 0);
  const perSecond = () => (random.chance(0.5) ? random.logBetween(0.0005, 0.05) : 0);
  return {
    seconds,
    opensPerSecond: random.logBetween(0.02, 2),
    stay: draws => (isLogNormal ? logNormal(draws, median, sigma) : draws.exponential(median)),
    vanish: random.between(0.05, 0.6),
    codes: [1002, 1009, 1011, 4001, 4401].map(code => ({ code, share: share() })),
    refusals: [401, 403, 502].map(status => ({ status, perSecond: perSecond() })),
    rollsAt: random.chance(0.5) ? random.between(0.3, 0.8) * seconds : null,
    idle: NO_IDLE,
  };
}

/** The rows of its servers, in order of time. */
export function rowsOfService(seed: number, choose: (random: Random) => ServiceOptions): AnalyzedEvent[] {
  const random = randomFrom(seed);
  const options = choose(random);
  const rows: AnalyzedEvent[] = [];
  let number = 0;
  const open = (client: string, openedAt: number): void => {
    number += 1;
    const connectionId = `c${number}`;
    const version = options.rollsAt !== null && openedAt >= options.rollsAt + 5 ? 2 : 1;
    const place = random.below(3);
    const stays = options.stay(random);
    const isIdle = random.chance(options.idle.share);
    const silent = options.idle.timeout + random.next();
    const drained =
      version === 1 && options.rollsAt !== null ? options.rollsAt + place * 12 + random.between(0, 2) : Infinity;
    const byPeople = openedAt + Math.min(stays, isIdle ? silent : Infinity);
    const closedAt = Math.min(byPeople, Math.max(drained, openedAt + 0.2));
    const isRoll = closedAt < byPeople;
    const how = isRoll ? RESTART : isIdle && silent < stays ? options.idle.how : endOf(random, options);
    const common = {
      connectionId,
      clientId: client,
      clientVersion: number % 5 === 0 ? '5.2.0' : '5.1.0',
      instance: `pod-${version}-${place}`,
      serviceVersion: `1.8.${version}`,
    };
    rows.push(row({ kind: 'connect', time: at(openedAt), ...common }));
    if (closedAt >= options.seconds) return;
    rows.push(row({ kind: 'close', time: at(closedAt), connectionDuration: closedAt - openedAt, ...common, ...how }));
    if (isRoll && random.chance(0.99)) open(client, closedAt + random.between(1, 5));
  };
  const pause = () => random.exponential(1 / options.opensPerSecond);
  for (let time = pause(); time < options.seconds; time += pause()) open(`client ${random.below(5_000)}`, time);
  for (const refusal of options.refusals) refuse(random, rows, refusal, options.seconds);
  return rows.sort((a, b) => a.time - b.time);
}

const RESTART: Partial<AnalyzedEvent> = { code: 1012, initiator: 'local' };

function refuse(random: Random, rows: AnalyzedEvent[], { status, perSecond, rises }: Refusals, seconds: number): void {
  if (perSecond === 0) return;
  const rateAt = (time: number) => (rises && time >= rises.at ? perSecond * rises.times : perSecond);
  for (let time = random.exponential(1 / perSecond); time < seconds; ) {
    const connectionId = `h${status} ${rows.length}`;
    const clientId = `refused ${random.below(5_000)}`;
    rows.push(row({ kind: 'connect', failed: true, time: at(time), httpStatus: status, clientId, connectionId }));
    const next = time + random.exponential(1 / rateAt(time));
    // Where the rate rises in between, what is left of the pause is as much shorter.
    time = rises && time < rises.at && next > rises.at ? rises.at + (next - rises.at) / rises.times : next;
  }
}

function endOf(random: Random, { vanish, codes }: ServiceOptions): Partial<AnalyzedEvent> {
  let rest = random.next();
  for (const { code, share } of codes) {
    rest -= share;
    if (rest < 0) return { code, initiator: 'local' };
  }
  return random.chance(vanish) ? BY_PROXY : { code: 1001, initiator: 'remote' };
}

function at(seconds: number): number {
  return START + Math.round(seconds * 1000);
}

function logNormal(random: Random, median: number, sigma: number): number {
  const normal = Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
  return median * Math.exp(sigma * normal);
}
