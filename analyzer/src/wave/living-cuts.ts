import { type CutSigns, cutSigns, RETURNS_WATCHED } from './cut-signs.ts';
import { type Cut, isMoreThanUsual } from './find-cuts.ts';
import type { Loss } from './find-losses.ts';
import { fateOf, isSpoken } from './process-fate.ts';
import type { ClosedConnection, ProcessLog } from './process-log.ts';
import type { ServiceProcesses } from './service-processes.ts';

/** A cut that left its instances alive, and what it looks like. */
export interface LivingCut extends Cut {
  signs: CutSigns;
}

/** Frames without a code are what clients close with that leave: they have to come back before it is a cut. Others may take three minutes. */
const LEAVING = 0.8;
const BACK = 0.2;
/** A loss of which nearly all broke off, near a cut, may be part of it. */
const WHOLE = 0.9;
const NEAR = 3_000; // 3 s
/** Less than this share of what was open is chance, however seldom. */
const LEAST_SHARE = 0.08;

/**
 * What is left of cuts when the closes of processes that ended, or are about to end in order, are taken away: null where that is no more
 * than chance. One that hit a single instance of several is told of once it is known that this one lives on.
 */
export function livingCut(
  cut: Cut,
  losses: readonly Loss[],
  processes: ServiceProcesses,
  now: number,
): LivingCut | null {
  const ended = closesOfEnds(cut, losses, now);
  // What clients alone tell of speaks of a server that is dead.
  const isLeft = (counted: ClosedConnection) =>
    !ended.has(counted) && counted.spoke.includes(counted.connection.closedAt);
  const closes = cut.closes.every(isLeft) ? cut.closes : cut.closes.filter(isLeft);
  if (closes.length === 0) return null;
  const [startedAt, lastCloseAt] = [closes[0]!.connection.closedAt, closes.at(-1)!.connection.closedAt];
  const seconds = Math.floor(lastCloseAt / 1000) - Math.floor(startedAt / 1000) + 1;
  if (!isMoreThanUsual(closes.length, seconds, cut.usualPerSecond)) return null;
  const signs = cutSigns(closes, processes, now);
  if (signs.lost < signs.open * LEAST_SHARE) return null;
  if (signs.back < BACK && (signs.noCode >= LEAVING || signs.watched * 1_000 >= RETURNS_WATCHED)) return null;
  const [only] = signs.instances;
  const isLone = signs.instances.length === 1 && only!.open < signs.open;
  if (isLone && !livesOn(only!.log, cut, losses, now)) return null;
  const detectedAt = Math.max(startedAt, Math.min(cut.detectedAt, lastCloseAt));
  return { ...cut, startedAt, detectedAt, lastCloseAt, closes, signs };
}

function closesOfEnds(cut: Cut, losses: readonly Loss[], now: number): Set<ClosedConnection> {
  const ended = new Set<ClosedConnection>();
  for (const loss of losses) {
    if (loss.startedAt > cut.lastCloseAt || loss.lastCloseAt < cut.startedAt) continue;
    if (isSpoken(loss) || fateOf(loss, now).kind === 'ended') for (const counted of loss.closes) ended.add(counted);
  }
  return ended;
}

/** True for an instance that kept some of its connections, or has taken others since. */
function livesOn(log: ProcessLog, cut: Cut, losses: readonly Loss[], now: number): boolean {
  const loss = losses.find(
    one => one.log === log && one.startedAt <= cut.lastCloseAt && one.lastCloseAt >= cut.startedAt,
  );
  if (loss === undefined) return now > cut.lastCloseAt + 10_000;
  return fateOf(loss, now).kind === 'alive';
}

/**
 * True for a loss that a cut through other instances at the same moment explains: what would look like the end of one
 * process alone is then the part of it that hit all of its connections, where it takes others again.
 */
export function isPartOf(loss: Loss, { startedAt, lastCloseAt, signs }: LivingCut, now: number): boolean {
  if (loss.broken < loss.closed * WHOLE || loss.startedAt > lastCloseAt + NEAR || loss.startedAt < startedAt - NEAR)
    return false;
  const others = signs.instances.filter(({ log }) => log !== loss.log);
  const lostByOthers = others.reduce((sum, { lost }) => sum + lost, 0);
  if (others.length < 1 || lostByOthers * others.length < loss.closed) return false;
  const fate = fateOf(loss, now);
  return fate.kind !== 'ended' || fate.backAt !== null;
}
