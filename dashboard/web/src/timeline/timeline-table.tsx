import { CODE_NAMES, closesByKey, READING_ORDER, totalCloses } from '../close-codes.ts';
import { countText, expectationText } from '../number-text.ts';
import { binSeconds, bins, zone } from '../state.ts';
import { clockText, zoneText } from '../time-text.ts';

/** The same numbers as the chart, newest first. */
export function TimelineTable() {
  const shown = [...(bins.value ?? [])].reverse();
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls has to be reachable by keyboard.
    <section class="scroll tall" tabIndex={0} aria-label="Closes over time, as a table">
      <table class="figures">
        <thead>
          <tr>
            <th scope="col">From, {zoneText(zone.value)}</th>
            <th scope="col">Payload bugs</th>
            <th scope="col">Expected</th>
            <th scope="col">All closes</th>
            {READING_ORDER.map(key => (
              <th key={key} scope="col">
                {key === 'other' ? 'Other' : key}
                <small>{key === 'other' ? 'codes' : CODE_NAMES[key]}</small>
              </th>
            ))}
            <th scope="col">Opens</th>
            <th scope="col">Open</th>
          </tr>
        </thead>
        <tbody>
          {shown.map(bin => {
            const counts = closesByKey(bin);
            return (
              <tr key={bin.time}>
                <th scope="row">{clockText(Date.parse(bin.time), zone.value)}</th>
                <td class={bin.payloadBugs > 0 ? 'ink-1007' : undefined}>{countText(bin.payloadBugs)}</td>
                <td>{expectationText(bin.expected)}</td>
                <td>{countText(totalCloses(bin))}</td>
                {READING_ORDER.map(key => (
                  <td key={key}>{countText(counts[key])}</td>
                ))}
                <td>{countText(bin.opens)}</td>
                <td>{countText(bin.open)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
      <p class="meta">A row is {binSeconds.value} seconds.</p>
    </section>
  );
}
