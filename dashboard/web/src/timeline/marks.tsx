import type { TimeTick } from './axis.ts';
import type { Bracket } from './brackets.ts';
import type { Band } from './deploy-bands.ts';
import { labelStart } from './label.ts';
import type { TimelineModel } from './timeline-model.ts';

/** Deploys, behind both lanes; an inferred one is dashed. */
export function DeployBands({ model }: { model: TimelineModel }) {
  const { layout, bands } = model;
  const label = layout.deployLabel ?? 0;
  const top = label - 13;
  const bottom = layout.bugs.top + layout.bugs.height;
  return (
    <g>
      {bands.map(band => (
        <BandMark key={band.key} band={band} top={top} bottom={bottom} label={label} right={layout.right} />
      ))}
    </g>
  );
}

function BandMark(props: { band: Band; top: number; bottom: number; label: number; right: number }) {
  const { band, top, bottom } = props;
  const end = band.isOpen ? '' : `M${band.to} ${top}V${bottom}`;
  return (
    <g>
      <rect class="band" x={band.from} y={top} width={band.to - band.from} height={bottom - top} />
      <path class={band.isInferred ? 'band-edge inferred' : 'band-edge'} d={`M${band.from} ${top}V${bottom}${end}`} />
      {band.isLabelled && (
        <text class="halo" x={labelStart(band.from + 6, band.label, props.right)} y={props.label}>
          {band.label}
        </text>
      )}
    </g>
  );
}

/** The verdicts: each begins at its estimated start, has a dot where the page went out, and an arrow while it is open. */
export function Brackets({ model }: { model: TimelineModel }) {
  return (
    <g>
      {model.brackets.map(bracket => (
        <BracketMark key={bracket.id} bracket={bracket} model={model} />
      ))}
    </g>
  );
}

function BracketMark({ bracket, model }: { bracket: Bracket; model: TimelineModel }) {
  const { from, to, code } = bracket;
  const y = model.layout.brackets[bracket.row] ?? 0;
  const start = bracket.isCut ? `M${from} ${y}` : `M${from} ${y + 7}V${y}`;
  const end = bracket.isOpen ? `M${to - 5} ${y - 5}l6 5l-6 5` : `M${to} ${y}v7`;
  return (
    <g class={code === null ? 'bracket' : `bracket bracket-${code}`}>
      <path d={`${start}H${to}${end}`} />
      {bracket.dots.map(dot => (
        <circle key={dot} cx={dot} cy={y} r={4}>
          <title>Page sent</title>
        </circle>
      ))}
      <text class="halo" x={labelStart(from, bracket.label, model.layout.right)} y={y - 7}>
        {bracket.label}
      </text>
    </g>
  );
}

/** The time axis below both lanes. */
export function TimeAxis(props: {
  model: TimelineModel;
  ticks: readonly (TimeTick & { label: string })[];
  zone: string | null;
}) {
  const { layout, x } = props.model;
  const y = layout.bugs.top + layout.bugs.height;
  return (
    <g>
      {props.ticks.map(tick => (
        <g key={tick.at}>
          <path class="axis" d={`M${x(tick.at)} ${y}v4`} />
          {tick.labelled && (
            <text x={x(tick.at)} y={y + 18} text-anchor="middle">
              {tick.label}
            </text>
          )}
        </g>
      ))}
      {props.zone !== null && (
        <text x={0} y={y + 18}>
          {props.zone}
        </text>
      )}
    </g>
  );
}
