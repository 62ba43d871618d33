import type { DeployBand, SeriesBin, Verdict } from '@closewatch/analyzer';
import { scaleLinear } from 'd3-scale';
import type { Delivery } from '../../../src/delivery.ts';
import { totalCloses } from '../close-codes.ts';
import { scaleTop } from './axis.ts';
import type { Scale } from './bar-paths.ts';
import { type Bracket, bracketsOf } from './brackets.ts';
import { type Band, bandsOf } from './deploy-bands.ts';
import { type Lane, layoutTimeline, type TimelineLayout } from './layout.ts';
import type { TimeWindow } from './series-window.ts';

/** A lane's scale, and the count at its upper edge. */
interface LaneScale {
  y: Scale;
  top: number;
}

/** Everything that the timeline draws, in pixels. */
export interface TimelineModel {
  layout: TimelineLayout;
  x: Scale;
  closes: LaneScale;
  bugs: LaneScale;
  brackets: Bracket[];
  bands: Band[];
}

export interface TimelineInput {
  window: TimeWindow;
  /** Up to when things are known, epoch milliseconds: where what is open ends. */
  now: number;
  bins: readonly SeriesBin[];
  verdicts: readonly Verdict[];
  deploys: readonly DeployBand[];
  /** By verdict id. */
  deliveries: Readonly<Record<string, readonly Delivery[]>>;
  width: number;
  isPhone: boolean;
}

/** Places everything; pure, so that a drawing follows from data and width alone. */
export function timelineModel(input: TimelineInput): TimelineModel {
  const { window, now, width, isPhone, bins } = input;
  const { left, right } = layoutTimeline(width, isPhone, 0, false);
  const x = scaleLinear([window.from, window.to], [left, right]);
  const place = { window, now, x, right, isPhone };
  const brackets = bracketsOf(input.verdicts, input.deliveries, place);
  const bands = bandsOf(input.deploys, place);
  const rows = brackets.reduce((most, bracket) => Math.max(most, bracket.row + 1), 0);
  const layout = layoutTimeline(width, isPhone, rows, bands.length > 0);
  const mostCloses = Math.max(0, ...bins.map(totalCloses));
  const mostBugs = Math.max(0, ...bins.map(bin => Math.max(bin.payloadBugs, bin.expected)));
  // A quiet lane keeps a scale of its own, so that a single close does not fill it.
  const closes = laneScale(scaleTop(mostCloses, 10), layout.closes);
  const bugs = laneScale(scaleTop(mostBugs, 4), layout.bugs);
  return { layout, x, closes, bugs, brackets, bands };
}

function laneScale(top: number, lane: Lane): LaneScale {
  return { top, y: scaleLinear([0, top], [lane.top + lane.height, lane.top]) };
}
