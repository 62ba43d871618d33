import type { Random } from './random.ts';

/** Seconds from the `attempt`-th failure (0 is the close itself) to the next try; null where the library has given up. */
export type ReconnectPolicy = (attempt: number, random: Random) => number | null;

/** A page that is loaded again, or an application that begins anew, when its library has given up. */
const RELOADED = 45;

/** First delays as the libraries ship them (the contract's table), and how they grow. */
export const POLICIES: Readonly<Record<string, ReconnectPolicy>> = {
  'reconnecting-websocket': (attempt, random) => Math.min(10, random.between(1, 5) * 1.3 ** attempt),
  partysocket: attempt => Math.min(10, 3 * 1.3 ** attempt),
  'graphql-ws': (attempt, random) =>
    attempt < 5 ? 2 ** attempt + random.between(0.3, 3) : random.exponential(RELOADED),
  'socket.io': (attempt, random) => Math.min(5, 2 ** attempt) * random.between(0.5, 1.5),
  phoenix: attempt => [0.01, 0.05, 0.1, 0.15, 0.2, 0.25, 0.5, 1, 2][attempt] ?? 5,
  signalr: (attempt, random) => [0, 2, 10, 30][attempt] ?? random.exponential(RELOADED),
  'own code': (attempt, random) => Math.min(60, random.between(0.5, 8) * 2 ** attempt),
};
