import type { DeployBand, SeriesBin, Verdict } from '@closewatch/analyzer';
import { scaleLinear } from 'd3-scale';
import type { Delivery } from '../../../src/delivery.ts';
import { totalCloses } from '../close-codes.ts';
import { durationText } from '../time-text.ts';
import { isOpen } from '../verdict/lead.ts';
import { codeOfKind, kindText, pageStates } from '../verdict/words.ts';
import { scaleTop } from './axis.ts';
import type { Scale } from './bar-paths.ts';
import { layoutTimeline, packIntoRows, type TimelineLayout } from './layout.ts';
import type { TimeWindow } from './series-window.ts';

/** The verdict as a bracket over the lanes: from its estimated start, with a dot where the page went out. */
export interface Bracket {
  id: string;
  code: '1007' | '1012' | null;
  label: string;
  from: number;
  to: number;
  /** Cut at the left edge: it began before the window. */
  isCut: boolean;
  isOpen: boolean;
  row: number;
  dots: number[];
}

/** A deploy behind both lanes. */
export interface Band {
  key: string;
  label: string;
  from: number;
  to: number;
  isInferred: boolean;
  isOpen: boolean;
  /** False where an earlier label is in the way. */
  isLabelled: boolean;
}

/** Everything that the timeline draws, in pixels. */
export interface TimelineModel {
  layout: TimelineLayout;
  x: Scale;
  closes: { y: Scale; top: number };
  bugs: { y: Scale; top: number };
  brackets: Bracket[];
  bands: Band[];
}

export interface TimelineInput {
  window: TimeWindow;
  /** Event time of the right-hand edge of what is known. */
  now: number;
  bins: readonly SeriesBin[];
  verdicts: readonly Verdict[];
  deploys: readonly DeployBand[];
  deliveries: Readonly<Record<string, readonly Delivery[]>>;
  width: number;
  isPhone: boolean;
}

/** More brackets than this are left out of the drawing, newest kept; the list of verdicts below has them all. */
const MOST_BRACKETS = 12;
const LETTER = 6.7; // px, a generous mean of 12 px type

/** Places everything; pure, so that a drawing follows from data and width alone. */
export function timelineModel(input: TimelineInput): TimelineModel {
  const { window, width, isPhone, bins } = input;
  const probe = layoutTimeline(width, isPhone, 0, false);
  const x = scaleLinear([window.from, window.to], [probe.left, probe.right]);
  const brackets = bracketsOf(input, x, probe);
  const bands = bandsOf(input, x, probe);
  const rows = brackets.reduce((most, bracket) => Math.max(most, bracket.row + 1), 0);
  const layout = layoutTimeline(width, isPhone, rows, bands.length > 0);
  const closesTop = scaleTop(Math.max(0, ...bins.map(totalCloses)), 10);
  const bugsTop = scaleTop(Math.max(0, ...bins.map(bin => Math.max(bin.payloadBugs, bin.expected))), 4);
  return {
    layout,
    x,
    closes: { top: closesTop, y: laneScale(closesTop, layout.closes) },
    bugs: { top: bugsTop, y: laneScale(bugsTop, layout.bugs) },
    brackets,
    bands,
  };
}

function laneScale(top: number, lane: { top: number; height: number }): Scale {
  return scaleLinear([0, top], [lane.top + lane.height, lane.top]);
}

function bracketsOf(input: TimelineInput, x: Scale, layout: TimelineLayout): Bracket[] {
  const { window, now, verdicts, deliveries } = input;
  const shown = verdicts
    .filter(verdict => verdict.status !== 'withdrawn')
    .map(verdict => ({ verdict, start: Date.parse(verdict.startedAt), end: endOf(verdict, now) }))
    .filter(({ start, end }) => end > window.from && start < window.to)
    .slice(0, MOST_BRACKETS)
    // Rows are given in this order: what matters most lies on top.
    .sort(
      (a, b) =>
        Number(b.verdict.kind === 'payload_bug') - Number(a.verdict.kind === 'payload_bug') || a.start - b.start,
    );
  const drawn = shown.map(({ verdict, start, end }) => {
    const open = isOpen(verdict);
    const from = x(Math.max(start, window.from));
    const to = Math.min(layout.right, Math.max(x(end), from + 8));
    const dots = pageStates(deliveries[verdict.id] ?? [])
      .flatMap(page => (page.state === 'sent' && verdict.severity === 'page' ? [page.at] : []))
      .filter(at => at >= window.from && at <= window.to)
      .map(x);
    const label = bracketLabel(verdict, now, input.isPhone);
    const code = open || verdict.kind === 'payload_bug' ? codeOfKind(verdict.kind) : null;
    return { id: verdict.id, code, label, from, to, isCut: start < window.from, isOpen: open, dots };
  });
  const rows = packIntoRows(
    drawn.map(({ from, to, label }) => ({ from, to: Math.max(to, from + label.length * LETTER) })),
  );
  return drawn.map((bracket, index) => ({ ...bracket, row: rows[index] ?? 0 }));
}

function endOf(verdict: Verdict, now: number): number {
  return verdict.endedAt === null ? now : Date.parse(verdict.endedAt);
}

function bracketLabel(verdict: Verdict, now: number, isPhone: boolean): string {
  if (verdict.kind === 'payload_bug') {
    if (!isOpen(verdict)) return '1007 bug spike';
    return isPhone
      ? '1007 bug spike, open'
      : `1007 bug spike, open for ${durationText(now - Date.parse(verdict.startedAt))}`;
  }
  if (verdict.kind === 'deploy_wave') return isPhone ? 'Expected wave' : 'Expected: deploy wave';
  return kindText(verdict.kind);
}

function bandsOf(input: TimelineInput, x: Scale, layout: TimelineLayout): Band[] {
  const { window, now, deploys, isPhone } = input;
  let labelledTo = Number.NEGATIVE_INFINITY;
  return deploys
    .map(deploy => ({ deploy, start: Date.parse(deploy.startedAt), end: Date.parse(deploy.endedAt ?? '') || now }))
    .filter(({ start, end }) => end > window.from && start < window.to)
    .sort((a, b) => a.start - b.start)
    .map(({ deploy, start, end }) => {
      const label = bandLabel(deploy, isPhone);
      const from = x(Math.max(start, window.from));
      const to = Math.max(Math.min(x(end), layout.right), from + 2);
      const labelFrom = Math.min(from + 6, layout.right - label.length * LETTER);
      const isLabelled = labelFrom >= labelledTo;
      if (isLabelled) labelledTo = labelFrom + label.length * LETTER + 8;
      const key = `${deploy.service} ${deploy.version} ${deploy.startedAt}`;
      return {
        key,
        label,
        from,
        to,
        isInferred: deploy.source === 'inferred',
        isOpen: deploy.endedAt === null,
        isLabelled,
      };
    });
}

function bandLabel(deploy: DeployBand, isPhone: boolean): string {
  const versions = deploy.fromVersion === null ? deploy.version : `${deploy.fromVersion} → ${deploy.version}`;
  if (isPhone) return versions;
  return `${deploy.service} ${versions}${deploy.source === 'inferred' ? ', inferred' : ''}`;
}

/** Where a label of a bracket or band begins, so that it does not leave the drawing on the right. */
export function labelStart(from: number, label: string, right: number): number {
  return Math.max(0, Math.min(from, right - label.length * LETTER));
}
