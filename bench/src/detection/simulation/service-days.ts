import type { Random } from './random.ts';

/** Some bins in a row in which nothing changes: connections that are open, and the mean of what is counted in a bin, by the age of the connection. */
export interface Stretch {
  bins: number;
  young: number;
  old: number;
  meanYoung: number;
  meanOld: number;
  /** The share of what is drawn for old connections that falls on young ones: where one clump is of clients of any age. */
  thinned: number;
}

/** How the days of a service go. */
export interface ServiceDays {
  name: string;
  /** Whether traffic has a season and steps, and deploys make waves of reconnects. */
  lively: boolean;
}

const HOUR = 3_600;
const DAY = 24 * HOUR;
const WEEK = 7 * DAY;
/** Connections that are open on average, and how many of them are younger than ten seconds where they live half an hour. */
const CONNECTIONS = 1_000;
const YOUNG_SHARE = 1 / 180;
/** Young connections while nothing special happens. */
export const USUALLY_YOUNG = CONNECTIONS * YOUNG_SHARE;
/** Deploys a week, and how long each takes to send every connection away and back. */
const DEPLOYS = 3;
const ROLL = 60; // seconds
const YOUNG_FOR = 10; // seconds
/** Traffic triples, and falls back, about so often. */
const STEP_EVERY = 60 * DAY;
/** Of lively services half of what is counted comes from connections that have just opened: it comes again at each open. */
const YOUNG_PART = 1 / 2;

/** Flat, and with seasons, traffic steps and deploys. */
export const DAYS: readonly ServiceDays[] = [
  { name: 'flat', lively: false },
  { name: 'lively', lively: true },
];

/** A service without a bug, second by second, in stretches of at most an hour; bins are seconds. */
export function* serviceDays(
  days: ServiceDays,
  perSecond: number,
  seconds: number,
  random: Random,
): Generator<Stretch> {
  if (!days.lively) {
    yield* flatDays(perSecond, seconds);
    return;
  }
  let nextDeploy = exponential(random, WEEK / DEPLOYS);
  let nextStep = exponential(random, STEP_EVERY);
  let traffic = 1;
  for (let at = 0; at < seconds; ) {
    if (at >= nextStep) {
      traffic = traffic === 1 ? 3 : 1;
      nextStep = at + exponential(random, STEP_EVERY);
    }
    if (at >= nextDeploy) {
      nextDeploy = at + ROLL + 2 * YOUNG_FOR + exponential(random, WEEK / DEPLOYS);
      for (const stretch of roll(at, traffic, perSecond)) {
        yield stretch;
        at += stretch.bins;
      }
      continue;
    }
    const bins = Math.max(1, Math.floor(Math.min(HOUR - (at % HOUR), nextDeploy - at + 1, seconds - at)));
    yield stretchOf(at, bins, CONNECTIONS * traffic * dayFactor(at), YOUNG_SHARE, perSecond);
    at += bins;
  }
}

function* flatDays(perSecond: number, seconds: number): Generator<Stretch> {
  const young = CONNECTIONS * YOUNG_SHARE;
  const means = { young, old: CONNECTIONS - young, meanYoung: 0, meanOld: perSecond, thinned: YOUNG_SHARE };
  for (let at = 0; at < seconds; at += HOUR) yield { bins: Math.min(HOUR, seconds - at), ...means };
}

/** Every connection comes back within a minute, evenly: one in six of them is young while it lasts. */
function* roll(at: number, traffic: number, perSecond: number): Generator<Stretch> {
  const connections = CONNECTIONS * traffic * dayFactor(at);
  for (let second = 0; second < ROLL + YOUNG_FOR; second += 2) {
    const opened = Math.min(second + 2, ROLL) - Math.max(0, Math.min(second + 2 - YOUNG_FOR, ROLL));
    yield stretchOf(at, 2, connections, Math.max(YOUNG_SHARE, opened / ROLL), perSecond);
  }
}

function stretchOf(at: number, bins: number, connections: number, youngShare: number, perSecond: number): Stretch {
  const young = connections * youngShare;
  const old = connections - young;
  const each = (perSecond * rateFactor(at)) / CONNECTIONS;
  return {
    bins,
    young,
    old,
    meanYoung: (young * each * YOUNG_PART) / YOUNG_SHARE,
    meanOld: (old * each * (1 - YOUNG_PART)) / (1 - YOUNG_SHARE),
    thinned: 0,
  };
}

/** Open connections over the day: from 0.4 to 1.6 of the mean. */
function dayFactor(at: number): number {
  return 1 + 0.6 * Math.sin((2 * Math.PI * (Math.floor(at / HOUR) * HOUR)) / DAY);
}

/** What a connection does, by the hour of the week: 30 % up and down, which only a season can learn. */
function rateFactor(at: number): number {
  return 1 + 0.3 * Math.cos((2 * Math.PI * (Math.floor(at / HOUR) * HOUR)) / WEEK);
}

function exponential(random: Random, mean: number): number {
  return -mean * Math.log(1 - random());
}
