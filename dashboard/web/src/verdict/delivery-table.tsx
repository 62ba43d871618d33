import type { Delivery } from '../../../src/delivery.ts';
import { countOf } from '../number-text.ts';
import { now, zone } from '../state.ts';
import { clockText, dayAndClockText } from '../time-text.ts';

const TOLD: Record<string, string> = {
  'verdict.opened': 'Opened',
  'verdict.updated': 'Updated',
  'verdict.ended': 'Ended',
  'verdict.withdrawn': 'Withdrawn',
};

/** What was sent, to which channel, and what became of it. */
export function DeliveryTable({ deliveries }: { deliveries: readonly Delivery[] | undefined }) {
  return (
    <section class="block" aria-labelledby="deliveries">
      <header>
        <h2 id="deliveries">Alerts and their delivery</h2>
      </header>
      {deliveries === undefined && <p class="nothing">Loading the deliveries…</p>}
      {deliveries?.length === 0 && <p class="nothing">None was sent for this verdict.</p>}
      {deliveries !== undefined && deliveries.length > 0 && (
        <table class="stack">
          <thead>
            <tr>
              <th scope="col">Written</th>
              <th scope="col">Channel</th>
              <th scope="col">What</th>
              <th scope="col">Answer</th>
              <th scope="col" class="number">
                Attempts
              </th>
            </tr>
          </thead>
          <tbody>
            {deliveries.map(delivery => (
              <tr key={delivery.id}>
                <td>{dayAndClockText(Date.parse(delivery.createdAt), now.value, zone.value)}</td>
                <td>{delivery.channel}</td>
                <td>{TOLD[delivery.type ?? ''] ?? delivery.type ?? 'Unknown'}</td>
                <td class="full">
                  {answerText(delivery)}
                  {delivery.problem !== null && <small>{delivery.problem}</small>}
                </td>
                <td class="number" data-label="Attempts">
                  {countOf(delivery.attempts, 'attempt')}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

function answerText({ state, deliveredAt, dueAt }: Delivery): string {
  if (deliveredAt !== null) return `Accepted ${clockText(Date.parse(deliveredAt), zone.value)}`;
  if (state === 'failed') return 'Given up';
  return dueAt === null ? 'Waiting' : `Waiting, next attempt ${clockText(Date.parse(dueAt), zone.value)}`;
}
