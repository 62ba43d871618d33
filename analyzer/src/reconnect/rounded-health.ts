import type { ReconnectHealth } from '../verdict.ts';

/** Seconds, shares and ratios to three places, as verdicts tell them: more would be noise. */
export function roundedHealth(health: ReconnectHealth): ReconnectHealth {
  const { p50, p95, p99, early, withinWindow, late, neverBack, peakPerSecond, lockstep, basis } = health;
  // Rounded as sums, so that the parts add up to the share that is back, and to 1 only where all are.
  const beforeWindow = roundedShare(early);
  const byWindowEnd = roundedShare(early + withinWindow);
  const back = roundedShare(early + withinWindow + late);
  return {
    p50: roundedOrNull(p50),
    p95: roundedOrNull(p95),
    ...(p99 === undefined ? {} : { p99: roundedOrNull(p99) }),
    withinWindow: rounded(byWindowEnd - beforeWindow),
    early: beforeWindow,
    late: rounded(back - byWindowEnd),
    neverBack: rounded(neverBack),
    ...sharesBack(health),
    peakPerSecond,
    ...(health.peakOverUsual === undefined ? {} : { peakOverUsual: roundedOrNull(health.peakOverUsual) }),
    ...(health.herdIndex === undefined ? {} : { herdIndex: roundedOrNull(health.herdIndex) }),
    ...(lockstep === undefined ? {} : { lockstep: lockstep && roundedLockstep(lockstep) }),
    ...(basis === undefined ? {} : { basis }),
  };
}

function sharesBack({ backIn5s, backIn30s, backIn60s }: ReconnectHealth): Partial<ReconnectHealth> {
  return {
    ...(backIn5s === undefined ? {} : { backIn5s: roundedShare(backIn5s) }),
    ...(backIn30s === undefined ? {} : { backIn30s: roundedShare(backIn30s) }),
    ...(backIn60s === undefined ? {} : { backIn60s: roundedShare(backIn60s) }),
  };
}

function roundedLockstep({ at1s, at2s, at4s }: NonNullable<ReconnectHealth['lockstep']>) {
  return { at1s: rounded(at1s), at2s: rounded(at2s), at4s: rounded(at4s) };
}

function roundedOrNull(value: number | null): number | null {
  return value === null ? null : rounded(value);
}

function rounded(value: number): number {
  return Number(value.toFixed(3));
}

/** What is not all is never rounded up to it; a sum of fractions may miss 1 by less than any client. */
function roundedShare(share: number): number {
  return share > 1 - 1e-9 ? 1 : Math.min(0.999, rounded(share));
}
