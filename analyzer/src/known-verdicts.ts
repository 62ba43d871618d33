import type { VerdictChanges, VerdictRecord } from '@closewatch/collector';
import type { VerdictEvent } from './analyzer.ts';
import { type Reconciled, reconcile } from './reconcile.ts';
import type { Verdict } from './verdict.ts';

/** Ended verdicts are remembered this long, so that what is still said of them is not taken for new. Milliseconds. */
const REMEMBERED = 24 * 3_600_000; // 24 h

/** The verdicts as the store has them: what was said, so that only what is new is said again. */
export class KnownVerdicts {
  /** By id. */
  readonly verdicts = new Map<string, Verdict>();

  load(records: readonly VerdictRecord[]): void {
    for (const { id, document } of records) this.verdicts.set(id, document as unknown as Verdict);
  }

  /** What has changed against what is known; `now` is the watermark, epoch milliseconds. */
  compare(evaluated: readonly Verdict[], now: number): Reconciled {
    return reconcile([...this.verdicts.values()], evaluated, now);
  }

  /** Remembers what is stored now. */
  keep(changed: readonly Verdict[], now: number): void {
    for (const verdict of changed) this.verdicts.set(verdict.id, verdict);
    for (const [id, { endedAt }] of this.verdicts)
      if (endedAt !== null && Date.parse(endedAt) < now - REMEMBERED) this.verdicts.delete(id);
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
