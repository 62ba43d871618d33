import { type IdleTimeout, IdleTimeouts } from '../idle/idle-timeouts.ts';
import type { Verdict } from '../verdict.ts';
import { wordsForIdleTimeout } from '../words/words-for-idle-timeout.ts';
import { isoTime } from './incident-verdict.ts';
import { verdictId } from './verdict-id.ts';
import type { Said, ServiceMoment, VerdictSource } from './verdict-source.ts';

const MOST_CONFIDENCE = 0.999;

/** The idle timeouts as verdicts: information, never a page. */
export class IdleTimeoutSource implements VerdictSource {
  private readonly timeouts = new IdleTimeouts();

  say({ facts, now, binsChangedFrom }: ServiceMoment): Said[] {
    return this.timeouts.at(now, facts, binsChangedFrom).map(timeout => ({
      key: `idle ${timeout.seconds} ${timeout.startedAt}`,
      verdict: verdictOf(timeout, facts),
      isFinal: timeout.settled,
    }));
  }
}

function verdictOf(
  timeout: IdleTimeout,
  { service, environment }: { service: string; environment: string | null },
): Verdict {
  const { seconds: timeoutSeconds, startedAt, detectedAt, endedAt, inside, expected, clients } = timeout;
  return {
    id: verdictId({ kind: 'idle_timeout', timeoutSeconds, service, environment }, startedAt),
    kind: 'idle_timeout',
    status: endedAt === null ? 'open' : 'ended',
    severity: 'info',
    service,
    environment,
    startedAt: isoTime(startedAt),
    detectedAt: isoTime(detectedAt),
    endedAt: endedAt === null ? null : isoTime(endedAt),
    confidence: Math.min(MOST_CONFIDENCE, Number((1 - expected / inside).toFixed(3))),
    timeoutSeconds,
    closes: inside,
    clients: clients.size,
    expected: Number(expected.toPrecision(3)),
    ratio: Number((inside / expected).toPrecision(3)),
    ...wordsForIdleTimeout(timeout, service),
  };
}
