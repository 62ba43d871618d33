import { Choice } from '../choice.tsx';
import { CODE_NAMES, READING_ORDER } from '../close-codes.ts';
import { bins, rangeMinutes, timelineView, watermark, zone } from '../state.ts';
import { Swatch } from '../swatch.tsx';
import { RANGES } from './range.ts';
import { TimelineChart } from './timeline-chart.tsx';
import { TimelineTable } from './timeline-table.tsx';

/** Closes over time: as two lanes, or as a table. */
export function Timeline() {
  const end = watermark.value;
  return (
    <section class="block timeline" aria-labelledby="closes">
      <header>
        <h2 id="closes">Closes</h2>
        <div class="controls">
          <Choice
            label="View"
            chosen={timelineView}
            options={[
              ['chart', 'Chart'],
              ['table', 'Table'],
            ]}
          />
          <Choice
            label="Time zone"
            chosen={zone}
            options={[
              ['utc', 'UTC'],
              ['local', 'Local'],
            ]}
          />
          <Choice label="Range" chosen={rangeMinutes} options={RANGES.map(range => [range, `${range} min`] as const)} />
        </div>
      </header>
      <Legend />
      {end === null || bins.value === null ? (
        <p class="nothing">{bins.value === null ? 'Loading the timeline…' : 'There is no close to draw yet.'}</p>
      ) : timelineView.value === 'chart' ? (
        <TimelineChart end={end} />
      ) : (
        <TimelineTable />
      )}
      <p class="meta under">
        The lower lane counts on its own scale, so that a handful shows under thousands. Hollow: closed under another
        code, such as 1002 with “Invalid UTF-8”, counted alike. Dot: page sent.
      </p>
    </section>
  );
}

function Legend() {
  return (
    <ul class="legend" aria-label="Close codes">
      {READING_ORDER.map(key => (
        <li key={key}>
          <Swatch code={key} />
          {key === 'other' ? (
            <span>other</span>
          ) : (
            <span>
              <b>{key}</b> {CODE_NAMES[key]}
            </span>
          )}
        </li>
      ))}
    </ul>
  );
}
