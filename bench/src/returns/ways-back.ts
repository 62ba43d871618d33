import type { Random } from '../attribution/random.ts';

/** How the clients of one service come back: seconds after the close, by the delays of real libraries. */
export type WayBack = (random: Random) => number;

/** Seconds until tries succeed, one after another with these delays, each with a chance. */
function tries(random: Random, delays: readonly number[], chance: number): number {
  let time = 0;
  for (const delay of delays) {
    time += delay;
    if (random.chance(chance)) return time;
  }
  return time + delays.at(-1)! * random.next();
}

/** First delays and backoff as the libraries have them; the conventions name the first, their sources the rest. */
export const WAYS_BACK: Readonly<Record<string, WayBack>> = {
  'jitter of 1 to 5 s': random => random.between(1, 5),
  'partysocket, 3 s': random => 3 + random.between(0, 0.3),
  'socket.io, backoff to 5 s': random =>
    tries(
      random,
      [1, 2, 4, 5, 5, 5].map(delay => delay * random.between(0.5, 1.5)),
      0.7,
    ),
  'SignalR: 0, 2, 10, 30 s': random => tries(random, [0.1, 2, 10, 30], 0.6),
  'graphql-ws, backoff to 16 s': random =>
    tries(
      random,
      [1, 2, 4, 8, 16].map(delay => delay + random.between(0.3, 3)),
      0.6,
    ),
  'slow: 20 s in the mean': random => random.exponential(20),
  'slow: 40 s in the mean': random => random.exponential(40),
};
