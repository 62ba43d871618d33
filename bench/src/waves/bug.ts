import type { Ending, Fleet, Link } from './fleet.ts';
import type { Random } from './random.ts';

/** A release of a client that sends bytes as text: who has it, since when, and how long after an open (or after the release) it does. Seconds. */
export interface Bug {
  at: number;
  /** Every so many-th client has it. */
  every: number;
  mean: number;
}

/** From a few clients in a hundred to every fourth; at once at the first message, or within minutes. */
export function drawBug(random: Random, at: number, connections: number): Bug {
  const clients = Math.max(6, connections * random.logBetween(0.02, 0.25));
  return { at, every: Math.max(1, Math.floor(connections / clients)), mean: random.logBetween(1, 120) };
}

const BAD_BYTES: Ending = {
  server: { code: 1007, initiator: 'local' },
  client: { code: 1007, initiator: 'remote' },
  payload: true,
};

/** Gives a fleet the bug. */
export function release(fleet: Fleet, { at, every, mean }: Bug, random: Random): void {
  const isSick = (link: Link) => link.client.index % every === 0;
  const sendLater = (link: Link) =>
    fleet.queue.add(fleet.now + random.exponential(mean), () => fleet.end(link, BAD_BYTES));
  fleet.queue.add(at, () => {
    for (const link of fleet.allLinks()) if (isSick(link)) sendLater(link);
    fleet.opened = link => {
      if (isSick(link)) sendLater(link);
    };
  });
}
