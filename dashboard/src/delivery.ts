import type { OutboxEntry } from '@closewatch/collector';
import { toTime } from './query.ts';

/** One alert and what became of it. Times are RFC 3339; neither the body nor any secret is in here. */
export interface Delivery {
  id: string;
  verdictId: string;
  channel: string;
  /** What was told: `verdict.opened`, `verdict.updated`, `verdict.ended` or `verdict.withdrawn`. */
  type: string | null;
  state: 'due' | 'delivered' | 'failed';
  attempts: number;
  createdAt: string;
  /** When the next attempt is due; null once delivered or failed. */
  dueAt: string | null;
  deliveredAt: string | null;
  /** What the last failed attempt ran into. */
  problem: string | null;
}

/** An outbox entry as the API shows it. */
export function deliveryFromOutboxEntry(entry: OutboxEntry): Delivery {
  return {
    id: entry.id,
    verdictId: entry.verdictId,
    channel: withoutUrlSecrets(entry.channel),
    type: typeOf(entry.body),
    state: entry.state,
    attempts: entry.attempts,
    createdAt: toTime(entry.createdAt),
    dueAt: entry.state === 'due' ? toTime(entry.dueAt) : null,
    deliveredAt: entry.deliveredAt === null ? null : toTime(entry.deliveredAt),
    problem: entry.problem === null ? null : withoutUrlSecrets(entry.problem),
  };
}

/** Receivers put tokens into a URL's user part, path and query alike, so of a URL only scheme and host are shown. */
function withoutUrlSecrets(text: string): string {
  return text.replace(/([a-z][a-z0-9+.-]*:\/\/)(?:[^\s/?#"'<>]*@)?([^\s/?#"'<>]+)[^\s"'<>]*/gi, '$1$2/…');
}

function typeOf(body: string): string | null {
  try {
    const { type } = JSON.parse(body) as { type?: unknown };
    return typeof type === 'string' ? type : null;
  } catch {
    return null; // A channel whose body is no JSON: what it tells is not known here.
  }
}
