import { createHash } from 'node:crypto';
import type { OutboxMessage } from '@closewatch/collector';
import type { VerdictEvent } from '../analyzer.ts';
import type { Verdict } from '../verdict.ts';
import type { Channel } from './channel.ts';

/**
 * The messages that these transitions are worth, one a channel: whenever a payload bug starts to page (it opens as a page,
 * a notice is upgraded, an ended one reopens) or stops (it ends, is withdrawn, is no page any more). Waves, notices and
 * info are worth none. `before` holds the verdicts as they were before the first of the transitions; a verdict that is
 * not in it is new. `told` counts the transitions of each verdict that were told before these (0 where it is not in it).
 * Pure, and a message's id derives from verdict, type, the transition's number among its verdict's, and channel: the same
 * transition told again, whenever that is, makes the same message, which the outbox takes once.
 */
export function messagesForTransitions(
  transitions: readonly VerdictEvent[],
  channels: readonly Pick<Channel, 'name'>[],
  before: ReadonlyMap<string, Verdict>,
  told: ReadonlyMap<string, number>,
): OutboxMessage[] {
  const numbers = new Map(told);
  const paging = new Map([...before].map(([id, verdict]) => [id, pages(verdict)]));
  return transitions.flatMap(event => {
    const { id } = event.data;
    const did = paging.get(id) ?? false;
    const does = pages(event.data);
    paging.set(id, does);
    const number = numbers.get(id) ?? 0;
    numbers.set(id, number + 1);
    return did === does ? [] : channels.map(channel => messageOf(event, number, channel.name));
  });
}

function pages({ kind, severity, status }: Verdict): boolean {
  return kind === 'payload_bug' && severity === 'page' && status === 'open';
}

function messageOf(event: VerdictEvent, number: number, channel: string): OutboxMessage {
  const { type, timestamp, data } = event;
  const digest = createHash('sha256')
    .update(JSON.stringify([data.id, type, number, channel]))
    .digest('base64url');
  return {
    id: `msg_${digest.slice(0, 27)}`, // 162 bits: more than a UUID's, and no dot, which separates what is signed
    verdictId: data.id,
    channel,
    body: JSON.stringify({ type, timestamp, data }),
    createdAt: Date.parse(timestamp),
  };
}
