import type { Connection } from '../connection.ts';
import type { Wave } from '../wave.ts';
import type { SpikeSubject } from './close-spike.ts';

/** An instance that goes says its other codes this long before and after those that tell of it. Milliseconds. */
const AROUND = 5_000; // 5 s
/** Handshakes fail until the next process listens, and clients wait between tries. Milliseconds. */
const AFTER_WAVE = 60_000; // 1 min

/**
 * How many of a spike's closes are a wave's: on one of its instances, while that went. Of failed handshakes those that the
 * servers' absence explains, with no answer or one of 500 and above, from the wave's start to a minute after its end: a
 * 401 is not made by a restart.
 */
export function countInWaves(bugs: readonly Connection[], subject: SpikeSubject, waves: readonly Wave[]): number {
  if (subject.kind === 'handshake' && subject.status !== null && subject.status < 500) return 0;
  const isIn = subject.kind === 'handshake' ? isWhileAway : isOfInstance;
  return bugs.filter(bug => waves.some(wave => isIn(bug, wave))).length;
}

function isOfInstance({ instance, serviceVersion, closedAt }: Connection, { instances }: Wave): boolean {
  return instances.some(
    one =>
      (one.instance === instance || instance === null) &&
      one.version === serviceVersion &&
      closedAt! >= one.startedAt - AROUND &&
      closedAt! <= one.lastCloseAt + AROUND,
  );
}

function isWhileAway({ closedAt }: Connection, { startedAt, instances }: Wave): boolean {
  const last = instances.reduce((latest, one) => Math.max(latest, one.lastCloseAt), startedAt);
  return closedAt! >= startedAt - AROUND && closedAt! <= last + AFTER_WAVE;
}
