import type { CloseExample } from '../../../src/close-example.ts';
import { countText } from '../number-text.ts';
import { zone } from '../state.ts';
import { clockText, zoneText } from '../time-text.ts';

/** Single closes, as each end reported them. */
export function ExampleTable({ examples }: { examples: readonly CloseExample[] | null }) {
  const hasPayloads = examples?.some(example => example.payloadBug) ?? false;
  return (
    <section class="block" aria-labelledby="examples">
      <header>
        <h2 id="examples">Example closes</h2>
      </header>
      {examples === null && <p class="nothing">Loading examples…</p>}
      {examples?.length === 0 && <p class="nothing">None is stored for this span of time.</p>}
      {examples !== null && examples.length > 0 && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls has to be reachable by keyboard.
        <section class="scroll" tabIndex={0} aria-label="Table of example closes">
          <table>
            <thead>
              <tr>
                <th scope="col">Time, {zoneText(zone.value)}</th>
                <th scope="col">Client</th>
                <th scope="col">Version</th>
                <th scope="col">Instance</th>
                <th scope="col">Told by</th>
                <th scope="col">Code</th>
                {hasPayloads && <PayloadHeads />}
                <th scope="col">Trace</th>
              </tr>
            </thead>
            <tbody>
              {examples.map(example => (
                <ExampleRow key={`${example.traceId}${example.spanId}`} example={example} hasPayloads={hasPayloads} />
              ))}
            </tbody>
          </table>
        </section>
      )}
    </section>
  );
}

function PayloadHeads() {
  return (
    <>
      <th scope="col" class="number">
        Offset
      </th>
      <th scope="col" class="number">
        Size
      </th>
      <th scope="col" class="number">
        Message
      </th>
    </>
  );
}

function ExampleRow({ example, hasPayloads }: { example: CloseExample; hasPayloads: boolean }) {
  return (
    <tr>
      <td>{clockText(Date.parse(example.time), zone.value, 'milliseconds')}</td>
      <td class="mono">{example.clientId ?? 'no id'}</td>
      <td>{example.clientVersion ?? '–'}</td>
      <td>{example.instance ?? '–'}</td>
      <td>the {example.role}</td>
      <td>
        {example.code ?? 'none'}
        {codeNotes(example).map(note => (
          <small key={note}>{note}</small>
        ))}
      </td>
      {hasPayloads && (
        <>
          <td class="number">{countOrDash(example.payloadOffset)}</td>
          <td class="number">{countOrDash(example.payloadSize)}</td>
          <td class="number">{countOrDash(example.payloadMessageIndex)}</td>
        </>
      )}
      <td class="mono" title={example.traceId}>
        {example.traceId.slice(0, 8)}…{example.traceId.slice(-6)}
      </td>
    </tr>
  );
}

function codeNotes(example: CloseExample): string[] {
  const notes: string[] = [];
  if (example.codeReported !== null && example.codeReported !== example.code) {
    notes.push(`${example.codeReported} to the application`);
  }
  if (example.reason) notes.push(`“${example.reason}”`);
  return notes;
}

function countOrDash(value: number | null): string {
  return value === null ? '–' : countText(value);
}
