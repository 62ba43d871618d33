import type { Severity, Verdict } from '@closewatch/analyzer';

const RANK: Record<Severity, number> = { page: 2, notice: 1, info: 0 };

/** True while a verdict is neither over nor taken back. */
export function isOpen(verdict: Pick<Verdict, 'status'>): boolean {
  return verdict.status === 'open' || verdict.status === 'provisional';
}

/** The open verdicts, the one that leads the page first: what pages before what does not, then the newest. */
export function openVerdicts(verdicts: readonly Verdict[]): Verdict[] {
  return verdicts
    .filter(isOpen)
    .sort((a, b) => RANK[b.severity] - RANK[a.severity] || Date.parse(b.startedAt) - Date.parse(a.startedAt));
}

/** Several lists as one, each verdict once, newest first. */
export function unitedVerdicts(...lists: readonly { items: readonly Verdict[] }[]): Verdict[] {
  const byId = new Map(lists.flatMap(({ items }) => items.map(verdict => [verdict.id, verdict])));
  return [...byId.values()].sort((a, b) => Date.parse(b.startedAt) - Date.parse(a.startedAt));
}
