import type { VerdictChanges, VerdictRecord } from '@closewatch/collector';
import type { VerdictEvent } from './analyzer.ts';
import { type Reconciled, reconcile } from './reconcile.ts';
import type { Verdict } from './verdict.ts';

/** What is over is remembered this long, so that what is still said of them is not taken for new. Milliseconds. */
const REMEMBERED = 24 * 3_600_000; // 24 h

/** The verdicts as the store has them: what was said, so that only what is new is said again. */
export class KnownVerdicts {
  /** By id. */
  readonly verdicts = new Map<string, Verdict>();
  /** Transitions of a verdict that are durable, by its id; only of those that somebody asked for. */
  readonly told = new Map<string, number>();

  load(records: readonly VerdictRecord[]): void {
    for (const { id, document } of records) this.verdicts.set(id, document as unknown as Verdict);
  }

  /** The earliest start of what is not over, epoch milliseconds; Infinity where everything is. */
  openSince(): number {
    const open = [...this.verdicts.values()].filter(({ status }) => status === 'open' || status === 'provisional');
    return open.reduce(
      (earliest, { startedAt }) => Math.min(earliest, Date.parse(startedAt)),
      Number.POSITIVE_INFINITY,
    );
  }

  /** What has changed against what is known; `now` is the watermark, epoch milliseconds. `isQuiet` as for `reconcile`. */
  compare(evaluated: readonly Verdict[], now: number, isQuiet: (verdict: Verdict) => boolean): Reconciled {
    return reconcile([...this.verdicts.values()], evaluated, now, isQuiet);
  }

  /** Remembers what is stored now. */
  keep(changed: readonly Verdict[], events: readonly VerdictEvent[], now: number): void {
    for (const verdict of changed) this.verdicts.set(verdict.id, verdict);
    for (const { data } of events) this.told.set(data.id, (this.told.get(data.id) ?? 0) + 1);
    for (const [id, { endedAt }] of this.verdicts)
      if (endedAt !== null && Date.parse(endedAt) < now - REMEMBERED) this.verdicts.delete(id);
    for (const id of this.told.keys()) if (!this.verdicts.has(id)) this.told.delete(id);
  }

  /** As the store takes them. */
  recordsOf(changed: readonly Verdict[], events: readonly VerdictEvent[]): Omit<VerdictChanges, 'messages'> {
    return {
      verdicts: changed.map(recordOf),
      transitions: events.map(({ type, timestamp, data }) => ({
        verdictId: data.id,
        type,
        at: Date.parse(timestamp),
        document: { ...data },
      })),
    };
  }
}

function recordOf(verdict: Verdict): VerdictRecord {
  const { id, kind, status, service, environment, startedAt, endedAt } = verdict;
  return {
    id,
    kind,
    status,
    service,
    environment,
    startedAt: Date.parse(startedAt),
    endedAt: endedAt === null ? null : Date.parse(endedAt),
    document: { ...verdict },
  };
}
