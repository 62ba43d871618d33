import type { Verdict } from '@closewatch/analyzer';
import type { Delivery } from '../../../src/delivery.ts';
import { durationText } from '../time-text.ts';
import { isOpen } from '../verdict/lead.ts';
import { codeOfKind, kindText, pageStates } from '../verdict/words.ts';
import type { Scale } from './bar-paths.ts';
import { labelStart, labelWidth } from './label.ts';
import { packIntoRows } from './layout.ts';
import type { TimeWindow } from './series-window.ts';

/** The verdict as a bracket over the lanes: from its estimated start, with a dot where the page went out. Pixels. */
export interface Bracket {
  id: string;
  code: '1007' | '1012' | null;
  label: string;
  from: number;
  to: number;
  /** It began before the window. */
  isCut: boolean;
  isOpen: boolean;
  row: number;
  dots: number[];
}

/** More brackets than this are left out of the drawing, newest kept; the list of verdicts below has them all. */
const MOST_BRACKETS = 12;

/**
 * The brackets of a window whose time is known up to `now`. Payload bugs come into the first rows; a withdrawn verdict has
 * none.
 */
export function bracketsOf(
  verdicts: readonly Verdict[],
  deliveries: Readonly<Record<string, readonly Delivery[]>>,
  { window, now, x, right, isPhone }: { window: TimeWindow; now: number; x: Scale; right: number; isPhone: boolean },
): Bracket[] {
  const drawn = verdicts
    .filter(verdict => verdict.status !== 'withdrawn')
    .map(verdict => ({ verdict, start: Date.parse(verdict.startedAt), end: endOf(verdict, now) }))
    .filter(({ start, end }) => end > window.from && start < window.to)
    .slice(0, MOST_BRACKETS)
    .sort((a, b) => rank(b.verdict) - rank(a.verdict) || a.start - b.start)
    .map(({ verdict, start, end }) => {
      const from = x(Math.max(start, window.from));
      const to = Math.min(right, Math.max(x(end), from + 8));
      const open = isOpen(verdict);
      // Past waves step back: only what matters now, and every bug, wears its colour.
      const code = open || verdict.kind === 'payload_bug' ? codeOfKind(verdict.kind) : null;
      const dots = pagedAt(verdict, deliveries[verdict.id] ?? [])
        .filter(at => at >= window.from && at <= window.to)
        .map(x);
      const label = bracketLabel(verdict, now, isPhone);
      return { id: verdict.id, code, label, from, to, isCut: start < window.from, isOpen: open, dots };
    });
  const rows = packIntoRows(drawn.map(({ from, to, label }) => extent(from, to, label, right)));
  return drawn.map((bracket, index) => ({ ...bracket, row: rows[index] ?? 0 }));
}

function rank(verdict: Verdict): number {
  return Number(verdict.kind === 'payload_bug');
}

function extent(from: number, to: number, label: string, right: number) {
  const start = labelStart(from, label, right);
  return { from: Math.min(from, start), to: Math.max(to, start + labelWidth(label)) };
}

function endOf(verdict: Verdict, now: number): number {
  return verdict.endedAt === null ? now : Date.parse(verdict.endedAt);
}

function pagedAt(verdict: Verdict, deliveries: readonly Delivery[]): number[] {
  if (verdict.severity !== 'page') return [];
  return pageStates(deliveries).flatMap(page => (page.state === 'sent' ? [page.at] : []));
}

function bracketLabel(verdict: Verdict, now: number, isPhone: boolean): string {
  if (verdict.kind === 'payload_bug') {
    if (!isOpen(verdict)) return '1007 bug spike';
    if (isPhone) return '1007 bug spike, open';
    return `1007 bug spike, open for ${durationText(now - Date.parse(verdict.startedAt))}`;
  }
  if (verdict.kind !== 'deploy_wave') return kindText(verdict.kind);
  const version = verdict.deploy?.version ?? 'wave';
  return isPhone ? `Expected: ${version}` : `Expected: deploy ${version}`;
}
