import type { VerdictEvent, VerdictEventType } from './analyzer.ts';
import { caseOf, withFreeId } from './engine/verdict-id.ts';
import type { Verdict } from './verdict.ts';

/** What became of the verdicts since they were last looked at. */
export interface Reconciled {
  /** Every verdict that changed, as it is now, counts included. */
  changed: Verdict[];
  /** What is news to a reader, in order of start. */
  events: VerdictEvent[];
}

/** Beyond this nothing changes: what is over and older stays as it was told. Milliseconds; twice the time rows may be late. */
const SETTLED_AFTER = 30 * 60_000; // 30 min

/**
 * Matches what is said now with what was said before, by case, service, environment and overlap in time, so that a
 * verdict keeps its id while late rows move its start. `known` are the verdicts as they were stored last, `now` is the
 * watermark (epoch milliseconds), and `isQuiet` says whether the facts speak for the end of a verdict that nobody says
 * any more: without them it stays open.
 */
export function reconcile(
  known: readonly Verdict[],
  evaluated: readonly Verdict[],
  now: number,
  isQuiet: (verdict: Verdict) => boolean,
): Reconciled {
  const result: Reconciled = { changed: [], events: [] };
  const ids = new Set(known.map(verdict => verdict.id));
  const left = new Set(known.filter(verdict => verdict.status !== 'withdrawn'));
  const matches = matchesOf([...left], evaluated, now);
  for (const verdict of evaluated) {
    const before = matches.get(verdict);
    if (before) {
      left.delete(before);
      follow(result, before, { ...verdict, id: before.id }, now);
    } else if (!isSettled(verdict, now)) {
      const opened = withFreeId(verdict, ids);
      ids.add(opened.id);
      // What began and ended between two looks is still told as both.
      tell(
        result,
        { ...opened, status: opened.status === 'ended' ? 'open' : opened.status, endedAt: null },
        'verdict.opened',
        now,
      );
      if (opened.status === 'ended') tell(result, opened, 'verdict.ended', now);
    }
  }
  for (const gone of left) if (!isSettled(gone, now) && gone.status !== 'ended') letGo(result, gone, now, isQuiet);
  return result;
}

function follow(result: Reconciled, before: Verdict, after: Verdict, now: number): void {
  if (isSettled(before, now) && after.status === 'ended') return;
  if (JSON.stringify(before) === JSON.stringify(after)) return;
  const type = newsBetween(before, after);
  if (type) tell(result, after, type, now);
  else result.changed.push(after);
}

/** What a reader would call news: not each count. */
function newsBetween(before: Verdict, after: Verdict): VerdictEventType | null {
  if (before.status !== 'ended' && after.status === 'ended') return 'verdict.ended';
  const isSame =
    before.status === after.status &&
    before.kind === after.kind &&
    before.severity === after.severity &&
    before.headline === after.headline &&
    JSON.stringify(before.cohort) === JSON.stringify(after.cohort);
  return isSame ? null : 'verdict.updated';
}

/**
 * Nobody says it any more: rows that came late took it back, or, where they can't have, its history is out of memory. That
 * alone ends nothing.
 */
function letGo(result: Reconciled, gone: Verdict, now: number, isQuiet: (verdict: Verdict) => boolean): void {
  const endedAt = new Date(now).toISOString();
  const isRecent = Date.parse(gone.detectedAt) >= now - SETTLED_AFTER;
  if (isRecent) tell(result, { ...gone, status: 'withdrawn', endedAt }, 'verdict.withdrawn', now);
  else if (isQuiet(gone)) tell(result, { ...gone, status: 'ended', endedAt }, 'verdict.ended', now);
}

function tell(result: Reconciled, verdict: Verdict, type: VerdictEventType, now: number): void {
  if (result.changed.at(-1)?.id === verdict.id) result.changed.pop();
  result.changed.push(verdict);
  result.events.push({ type, timestamp: new Date(now).toISOString(), data: verdict });
}

function isSettled({ endedAt }: Verdict, now: number): boolean {
  return endedAt !== null && Date.parse(endedAt) < now - SETTLED_AFTER;
}

/**
 * What was known of each verdict, where anything was: of those that overlap, the pairs whose starts are nearest go first, so that of two cases at once
 * neither takes the other's.
 */
function matchesOf(known: readonly Verdict[], evaluated: readonly Verdict[], now: number): Map<Verdict, Verdict> {
  const byCase = Map.groupBy(known, keyOf);
  const pairs = evaluated.flatMap(verdict =>
    (byCase.get(keyOf(verdict)) ?? [])
      .filter(before => overlaps(before, verdict, now))
      .map(before => ({ before, verdict, distance: distanceOf(before, verdict) })),
  );
  pairs.sort((a, b) => a.distance - b.distance);
  const matches = new Map<Verdict, Verdict>();
  const taken = new Set<Verdict>();
  for (const { before, verdict } of pairs) {
    if (taken.has(before) || matches.has(verdict)) continue;
    taken.add(before);
    matches.set(verdict, before);
  }
  return matches;
}

/** The same for verdicts that may be one. */
function keyOf(verdict: Verdict): string {
  return JSON.stringify([caseOf(verdict), verdict.service, verdict.environment]);
}

function distanceOf(one: Verdict, other: Verdict): number {
  return Math.abs(Date.parse(one.startedAt) - Date.parse(other.startedAt));
}

function overlaps(one: Verdict, other: Verdict, now: number): boolean {
  const end = (verdict: Verdict) =>
    verdict.endedAt === null ? Math.max(now, Date.parse(verdict.startedAt)) : Date.parse(verdict.endedAt);
  return Date.parse(one.startedAt) <= end(other) && Date.parse(other.startedAt) <= end(one);
}
