import type { SeriesBin } from '@closewatch/analyzer';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { totalCloses } from '../close-codes.ts';
import { countOf } from '../number-text.ts';
import { binSeconds, bins, deliveries, deploys, isPhone, rangeMinutes, verdicts, zone } from '../state.ts';
import { clockText, zoneText } from '../time-text.ts';
import { timeTicks } from './axis.ts';
import { binSentence, CursorLine, CursorTip } from './cursor.tsx';
import { BugsLane, ClosesLane } from './lanes.tsx';
import { Brackets, DeployBands, TimeAxis } from './marks.tsx';
import { type TimeWindow, windowOfBins } from './series-window.ts';
import { timelineModel } from './timeline-model.ts';
import { useCursor } from './use-cursor.ts';

/** The two lanes up to `end` (epoch milliseconds), with a cursor that the mouse and the arrow keys move. */
export function TimelineChart({ end }: { end: number }) {
  const [box, width] = useWidth();
  const length = binSeconds.value;
  const window = windowOfBins(end, rangeMinutes.value, length);
  const shown = (bins.value ?? []).filter(bin => isInside(bin, window));
  const model = timelineModel({
    window,
    now: end,
    bins: shown,
    verdicts: verdicts.value ?? [],
    deploys: deploys.value,
    deliveries: deliveries.value,
    width,
    isPhone: isPhone.value,
  });
  const ticks = timeTicks(window, rangeMinutes.value, isPhone.value).map(tick => ({
    ...tick,
    label: clockText(tick.at, zone.value, 'minutes'),
  }));
  const newest = shown.findLast(bin => Date.parse(bin.time) + length * 1000 <= end);
  const lanes = { model, bins: shown, binSeconds: length, isPhone: isPhone.value, newest };
  const { at, controls } = useCursor(window, length, model.layout);
  const pointed = shown.find(bin => Date.parse(bin.time) === at);
  const cursor = pointed && { model, bin: pointed, binSeconds: length, zone: zone.value };
  const viewBox = `0 0 ${width} ${model.layout.height}`;
  return (
    <section class="chart" ref={box} {...controls} aria-label="Closes over time; the arrow keys move a cursor">
      {width > 0 && (
        <svg height={model.layout.height} viewBox={viewBox} role="img" aria-label={summary(shown)}>
          <DeployBands model={model} />
          <ClosesLane {...lanes} />
          <BugsLane {...lanes} />
          <Brackets model={model} />
          <TimeAxis model={model} ticks={ticks} zone={isPhone.value ? null : zoneText(zone.value)} />
          {cursor && <CursorLine {...cursor} />}
        </svg>
      )}
      {cursor && <CursorTip {...cursor} />}
      <p class="unseen" aria-live="polite">
        {pointed && binSentence(pointed, length, zone.value)}
      </p>
    </section>
  );
}

function isInside(bin: SeriesBin, window: TimeWindow): boolean {
  const at = Date.parse(bin.time);
  return at >= window.from && at < window.to;
}

function summary(shown: readonly SeriesBin[]): string {
  const closes = shown.reduce((sum, bin) => sum + totalCloses(bin), 0);
  const bugs = shown.reduce((sum, bin) => sum + bin.payloadBugs, 0);
  return `${countOf(closes, 'close')} by code above, ${countOf(bugs, 'payload bug')} on their own scale below`;
}

/** A box and its width in pixels, followed as it changes; 0 until it is laid out. */
function useWidth() {
  const box = useRef<HTMLElement>(null);
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return;
    setWidth(element.clientWidth); // The observer speaks only with the next frame, which a hidden tab does not draw.
    const observer = new ResizeObserver(() => setWidth(element.clientWidth));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return [box, width] as const;
}
