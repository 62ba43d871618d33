import type { SeriesBin } from '@closewatch/analyzer';
import { CODE_NAMES, totalCloses } from '../close-codes.ts';
import { countText, expectationText } from '../number-text.ts';
import { bugPaths, expectedPath, type Scale, stackPaths } from './bar-paths.ts';
import type { Lane } from './layout.ts';
import { binText } from './range.ts';
import type { TimelineModel } from './timeline-model.ts';

export interface LanesProps {
  model: TimelineModel;
  bins: readonly SeriesBin[];
  binSeconds: number;
  isPhone: boolean;
  /** The newest bin that is complete. */
  newest: SeriesBin | undefined;
}

/** The upper lane: all closes, stacked by code. */
export function ClosesLane({ model, bins, binSeconds, isPhone, newest }: LanesProps) {
  const { layout, x, closes } = model;
  const now = newest === undefined ? null : `${countText(totalCloses(newest))} now`;
  return (
    <g>
      <Grid lane={layout.closes} top={closes.top} y={closes.y} model={model} />
      {stackPaths(bins, binSeconds, x, closes.y).map(path => (
        <path key={path.key} class={`fill-${path.key}`} d={path.d} data-code={path.key}>
          <title>{path.key === 'other' ? CODE_NAMES.other : `${path.key} ${CODE_NAMES[path.key]}`}</title>
        </path>
      ))}
      <Base lane={layout.closes} model={model} />
      <Title lane={layout.closes} isPhone={isPhone} lines={['All closes', `per ${binText(binSeconds)}`, now]} />
    </g>
  );
}

/** The lower lane: payload bugs alone, on their own scale, so that a handful shows under a wave of thousands. */
export function BugsLane({ model, bins, binSeconds, isPhone, newest }: LanesProps) {
  const { layout, x, bugs } = model;
  const paths = bugPaths(bins, binSeconds, x, bugs.y);
  const expected = bins.reduce((sum, bin) => sum + bin.expected, 0) / Math.max(1, bins.length);
  const now = newest === undefined ? null : `${countText(newest.payloadBugs)} now`;
  const lines = ['Payload bugs', '1007 and alike', `per ${binText(binSeconds)}, own scale`, now];
  return (
    <g>
      <Grid lane={layout.bugs} top={bugs.top} y={bugs.y} model={model} />
      <path class="fill-1007" d={paths.own} data-code="1007" />
      <path class="hollow-1007" d={paths.equivalents} data-code="equivalent" />
      <path class="expected" d={expectedPath(bins, binSeconds, x, bugs.y)} />
      {!isPhone && bins.length > 0 && (
        <text class="halo" x={layout.left + 2} y={bugs.y(expected) - 6}>
          expected {expectationText(expected)}
        </text>
      )}
      <Base lane={layout.bugs} model={model} />
      <Title lane={layout.bugs} isPhone={isPhone} lines={lines} isBug={(newest?.payloadBugs ?? 0) > 0} />
    </g>
  );
}

function Grid({ lane, top, y, model }: { lane: Lane; top: number; y: Scale; model: TimelineModel }) {
  const { left, right } = model.layout;
  return (
    <g>
      {[top / 2, top].map(count => (
        <g key={count}>
          <path class="grid" d={`M${left} ${y(count)}H${right}`} />
          <text x={right + 8} y={y(count) + 4}>
            {countText(count)}
          </text>
        </g>
      ))}
      <text x={right + 8} y={lane.top + lane.height + 4}>
        0
      </text>
    </g>
  );
}

function Base({ lane, model }: { lane: Lane; model: TimelineModel }) {
  return <path class="axis" d={`M${model.layout.left} ${lane.top + lane.height}H${model.layout.right}`} />;
}

function Title(props: { lane: Lane; isPhone: boolean; lines: readonly (string | null)[]; isBug?: boolean }) {
  const [title, ...rest] = props.lines.filter(line => line !== null);
  const heading = props.isBug ? 'ink-1007 strong halo' : 'strong halo';
  if (props.isPhone) {
    return (
      <text class={heading} x={0} y={props.lane.top - 8}>
        {title}, {rest.at(-2)}
      </text>
    );
  }
  return (
    <g>
      <text class={heading} x={0} y={props.lane.top + 10}>
        {title}
      </text>
      {rest.map((line, index) => (
        <text key={index} x={0} y={props.lane.top + 27 + index * 17}>
          {line}
        </text>
      ))}
    </g>
  );
}
