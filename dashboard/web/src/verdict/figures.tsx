import type { Verdict } from '@closewatch/analyzer';
import { countText, expectationText, percentText, secondsText, timesText } from '../number-text.ts';
import { deliveries, eventNow, zone } from '../state.ts';
import { clockText, dayText, durationText, zoneText } from '../time-text.ts';
import { shareBack } from './share-back.ts';
import { pageStates, sureText } from './words.ts';

/** The figures of a verdict: only those that its kind has. */
export function Figures({ verdict }: { verdict: Verdict }) {
  return (
    <dl class="figures-row">
      {figuresOf(verdict).map(([term, value, note]) => (
        <div key={term}>
          <dt>{term}</dt>
          <dd>
            {value}
            <small>{note}</small>
          </dd>
        </div>
      ))}
    </dl>
  );
}

type Figure = [term: string, value: string, note: string];

function figuresOf(verdict: Verdict): Figure[] {
  const startedAt = Date.parse(verdict.startedAt);
  const detectedAt = Date.parse(verdict.detectedAt);
  const figures: Figure[] = [
    ['Began', clockText(startedAt, zone.value), `${zoneText(zone.value)}, ${dayText(startedAt, zone.value)}`],
    ['Noticed', clockText(detectedAt, zone.value), `${durationText(detectedAt - startedAt)} later`],
  ];
  if (verdict.endedAt !== null) {
    const endedAt = Date.parse(verdict.endedAt);
    figures.push(['Ended', clockText(endedAt, zone.value), `after ${durationText(endedAt - startedAt)}`]);
  } else {
    figures.push(['Open for', durationText(eventNow.value - startedAt), `${sureText(verdict.confidence)}`]);
  }
  const sent = pageStates(deliveries.value[verdict.id] ?? []).find(page => page.state === 'sent');
  if (verdict.severity === 'page' && sent?.state === 'sent') {
    figures.push(['Paged', clockText(sent.at, zone.value), `${sent.channel}, accepted`]);
  }
  figures.push(['Clients', countText(verdict.clients), 'distinct']);
  const expected = verdict.expected === undefined ? '' : `${expectationText(verdict.expected)} expected`;
  figures.push([verdict.kind === 'payload_bug' ? 'Payload closes' : 'Closes', countText(verdict.closes), expected]);
  if (typeof verdict.ratio === 'number') figures.push(['Ratio', timesText(verdict.ratio), 'of the expected']);
  return [...figures, ...reconnectFigures(verdict)];
}

function reconnectFigures({ reconnect }: Verdict): Figure[] {
  if (reconnect === undefined) return [];
  const figures: Figure[] = [
    ['Back', percentText(shareBack(reconnect)), `${percentText(reconnect.withinWindow)} in the expected window`],
    ['Opens per second', countText(reconnect.peakPerSecond), 'at the peak'],
  ];
  if (reconnect.p50 !== null) {
    figures.push([
      'Median return',
      secondsText(reconnect.p50),
      reconnect.p95 === null ? '' : `p95 ${secondsText(reconnect.p95)}`,
    ]);
  }
  return figures;
}
