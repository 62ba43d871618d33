import type { SeriesBin } from '@closewatch/analyzer';
import { CODE_NAMES, closesByKey, READING_ORDER, totalCloses } from '../close-codes.ts';
import { countText, expectationText } from '../number-text.ts';
import { Swatch } from '../swatch.tsx';
import { clockText, type Zone } from '../time-text.ts';
import type { TimelineModel } from './timeline-model.ts';

const LABEL_WIDTH = 62;
const TIP_WIDTH = 216;
const TIP_AWAY = 28;

interface CursorProps {
  model: TimelineModel;
  bin: SeriesBin;
  binSeconds: number;
  zone: Zone;
}

/** The line through both lanes at one bin, with its time on the axis. */
export function CursorLine({ model, bin, binSeconds, zone }: CursorProps) {
  const { layout, x } = model;
  const at = Date.parse(bin.time);
  const center = x(at + binSeconds * 500);
  const bottom = layout.bugs.top + layout.bugs.height;
  const left = Math.max(0, Math.min(layout.right - LABEL_WIDTH, center - LABEL_WIDTH / 2));
  return (
    <g class="cursor">
      <path d={`M${center} ${layout.closes.top - 6}V${bottom}`} />
      <rect x={left} y={bottom + 4} width={LABEL_WIDTH} height={19} rx={3} />
      <text x={left + LABEL_WIDTH / 2} y={bottom + 18} text-anchor="middle">
        {clockText(at, zone)}
      </text>
    </g>
  );
}

/** What the bin under the cursor holds. */
export function CursorTip({ model, bin, binSeconds, zone }: CursorProps) {
  const { layout, x } = model;
  const at = Date.parse(bin.time);
  const center = x(at + binSeconds * 500);
  const counts = closesByKey(bin);
  const wanted = center - TIP_WIDTH - TIP_AWAY > layout.left ? center - TIP_WIDTH - TIP_AWAY : center + TIP_AWAY;
  const left = Math.max(0, Math.min(wanted, layout.width - TIP_WIDTH));
  return (
    <div class="tip" aria-hidden="true" style={{ left: `${left}px`, top: `${layout.closes.top - 2}px` }}>
      <p>{binSpanText(bin, binSeconds, zone)}</p>
      {READING_ORDER.map(key => (
        <div key={key}>
          <Swatch code={key} size={10} />
          <span>{key === 'other' ? CODE_NAMES.other : `${key} ${CODE_NAMES[key]}`}</span>
          <span>{countText(counts[key])}</span>
        </div>
      ))}
      <TipLine label="All closes" value={countText(totalCloses(bin))} isSum />
      <TipLine label="Payload bugs" value={countText(bin.payloadBugs)} isSum isBug={bin.payloadBugs > 0} />
      {bin.payloadEquivalents > 0 && (
        <TipLine label="of them under another code" value={countText(bin.payloadEquivalents)} />
      )}
      <TipLine label="Expected" value={expectationText(bin.expected)} />
    </div>
  );
}

function TipLine({ label, value, isSum, isBug }: { label: string; value: string; isSum?: boolean; isBug?: boolean }) {
  return (
    <div class={`${isSum ? 'sum' : ''} ${isBug ? 'ink-1007' : ''}`}>
      <span>{label}</span>
      <span>{value}</span>
    </div>
  );
}

/** A bin's span, such as "10:00:20 to 10:00:30". */
function binSpanText(bin: SeriesBin, binSeconds: number, zone: Zone): string {
  const at = Date.parse(bin.time);
  return `${clockText(at, zone)} to ${clockText(at + binSeconds * 1000, zone)}`;
}

/** The same in one sentence, for those who hear it. */
export function binSentence(bin: SeriesBin, binSeconds: number, zone: Zone): string {
  const bugs = `${countText(bin.payloadBugs)} payload bugs, ${expectationText(bin.expected)} expected`;
  return `${binSpanText(bin, binSeconds, zone)}: ${countText(totalCloses(bin))} closes, ${bugs}`;
}
