import type { Connection } from '../../../analyzer/src/connection.ts';
import { returnsOfWave, type WaveReturns } from '../../../analyzer/src/reconnect/returns-of-wave.ts';
import { connectionOf } from '../../../analyzer/src/wave/connections.fixture.ts';
import { DEFAULT_WAVE_SETTINGS } from '../../../analyzer/src/wave.ts';
import { type Random, randomFrom } from '../attribution/random.ts';
import { WAYS_BACK } from './ways-back.ts';

/** What a wave is made of. */
export interface WaveOptions {
  clients: number;
  /** Share of the clients that never come back. */
  stayAway: number;
  /** Whether clients have ids; without, visitors come at this many a second, before, meanwhile and after. */
  ids: boolean;
  visitorsPerSecond: number;
}

/** What became of it. Seconds since the last close. */
export interface WaveCase {
  options: WaveOptions;
  severity: 'page' | 'notice' | null;
  detectedAfter: number | null;
}

const BEGINS = 10_000_000; // milliseconds, since whenever
const FOREVER = BEGINS + 2 * 3_600_000;

/** A clean wave of any size: as services, libraries, background tabs and servers that are slow to start make it. */
export function cleanOptions(random: Random, stayAway: number): WaveOptions {
  const clients = Math.round(random.logBetween(3, 3_000));
  return { clients, stayAway, ids: random.chance(0.7), visitorsPerSecond: random.logBetween(0.01, 2) };
}

/** Plays a wave of one to ten instances and judges its returns as the analyzer does. */
export function playWave(seed: number, choose: (random: Random) => WaveOptions): WaveCase {
  const random = randomFrom(seed);
  const options = choose(random);
  const { connections, opens } = simulate(random, options);
  const closes = connections.map(({ closedAt }) => closedAt!);
  const lastCloseAt = closes.reduce((last, time) => Math.max(last, time));
  const startedAt = closes.reduce((first, time) => Math.min(first, time));
  const returns = returnsOfWave(connections, opens, {
    startedAt,
    lastCloseAt,
    now: FOREVER,
    vanishPerSecond: 0,
    settings: DEFAULT_WAVE_SETTINGS,
  });
  return { options, ...outcomeOf(returns, lastCloseAt) };
}

function outcomeOf({ failure }: WaveReturns, lastCloseAt: number): Pick<WaveCase, 'severity' | 'detectedAfter'> {
  if (failure === null) return { severity: null, detectedAfter: null };
  return { severity: failure.severity as 'page' | 'notice', detectedAfter: (failure.detectedAt - lastCloseAt) / 1000 };
}

function simulate(random: Random, { clients, stayAway, ids, visitorsPerSecond }: WaveOptions) {
  const wayBack = random.pick(Object.values(WAYS_BACK));
  const instances = 1 + random.below(10);
  const pause = random.between(5, 25);
  const background = random.chance(0.3) ? random.between(0, 0.4) : 0;
  const tabs = random.chance(0.5) ? random.between(0, 0.2) : 0;
  // Of an only instance all wait until the next process listens.
  const outage = instances === 1 ? random.between(0, 45) : 0;
  const connections: Connection[] = [];
  const opens: { openedAt: number }[] = [];
  for (let client = 0; client < clients; client += 1) {
    const closedAt = BEGINS + (random.below(instances) * pause + random.between(0, 3)) * 1000;
    const isTab = random.chance(tabs);
    const waits = random.chance(background)
      ? random.between(60, 66)
      : Math.max(wayBack(random), outage + random.next());
    const backAt = random.chance(stayAway) || isTab ? null : closedAt + waits * 1000;
    if (backAt !== null) opens.push({ openedAt: backAt });
    connections.push(
      connectionOf({
        id: `c${client}`,
        clientId: ids ? `client ${client}` : null,
        closedAt,
        backAt: ids ? backAt : null,
        code: isTab ? 1001 : 1012,
        initiator: isTab ? 'remote' : 'local',
      }),
    );
  }
  if (!ids)
    for (let time = BEGINS - 300_000; time < BEGINS + 900_000; time += random.exponential(1 / visitorsPerSecond) * 1000)
      opens.push({ openedAt: time });
  return { connections, opens };
}
