import type { SeriesBin } from '@closewatch/analyzer';
import { scaleLinear } from 'd3-scale';
import { totalCloses } from '../close-codes.ts';
import { bugPaths, stackPaths } from './bar-paths.ts';
import { windowOfBins } from './series-window.ts';

const WIDTH = 150;
const BIN_SECONDS = 30;
const LANE = { closes: [25, 1], bugs: [36, 28] };

/** The two lanes in small: closes above the line, payload bugs below it, in bins of 30 s; fifteen minutes up to `end`. */
export function Sparkline({ bins, end }: { bins: readonly SeriesBin[]; end: number }) {
  const { from, to } = windowOfBins(end, 15, BIN_SECONDS);
  const x = scaleLinear([from, to], [0, WIDTH]);
  const shown = bins.filter(bin => Date.parse(bin.time) >= from);
  const closes = scaleLinear([0, Math.max(10, ...shown.map(totalCloses))], LANE.closes);
  const bugs = scaleLinear([0, Math.max(4, ...shown.map(bin => bin.payloadBugs))], LANE.bugs);
  const { own, equivalents } = bugPaths(shown, BIN_SECONDS, x, bugs);
  return (
    <svg width={WIDTH} height={37} viewBox={`0 0 ${WIDTH} 37`} aria-hidden="true">
      {stackPaths(shown, BIN_SECONDS, x, closes).map(path => (
        <path key={path.key} class={`fill-${path.key}`} d={path.d} />
      ))}
      <path class="solid-1007" d={own} />
      <path class="solid-1007" d={equivalents} />
      <path class="grid" d={`M0 25.5H${WIDTH}M0 36.5H${WIDTH}`} />
    </svg>
  );
}
