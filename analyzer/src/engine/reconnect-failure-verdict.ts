import { expectedAlike } from '../attribution/expected-alike.ts';
import { explainExcess } from '../attribution/explain-excess.ts';
import type { ReconnectFailure } from '../reconnect/find-failure.ts';
import { roundedHealth } from '../reconnect/rounded-health.ts';
import type { Verdict } from '../verdict.ts';
import type { Wave } from '../wave.ts';
import { wordsForReconnectFailure } from '../words/words-for-reconnect-failure.ts';
import { isoTime } from './incident-verdict.ts';
import { verdictId } from './verdict-id.ts';

const MOST_CONFIDENCE = 0.999;

/** The verdict on clients that a wave cut off and that are not back; it names its wave, and who they are where that stands out. */
export function reconnectFailureVerdict(wave: Wave, failure: ReconnectFailure): Verdict {
  const { service, environment, startedAt, toVersion } = wave;
  const { severity, detectedAt, endedAt, usualLeaving, chance, out, clients } = failure;
  const expected = usualLeaving * clients.length;
  const isKnown = wave.reconnect.basis !== 'aggregate';
  const { cohort, alsoPossible } = isKnown
    ? explainExcess(out, clients, expected, expectedAlike)
    : { cohort: [], alsoPossible: [] };
  return {
    id: verdictId({ kind: 'reconnect_failure', service, environment }, startedAt),
    kind: 'reconnect_failure',
    status: endedAt === null ? 'open' : 'ended',
    severity,
    service,
    environment,
    startedAt: isoTime(startedAt),
    detectedAt: isoTime(detectedAt),
    endedAt: endedAt === null ? null : isoTime(endedAt),
    confidence: Math.min(MOST_CONFIDENCE, Number((1 - chance).toFixed(3))),
    closes: out.length,
    clients: out.length,
    expected: Number(expected.toPrecision(3)),
    ratio: Number((out.length / expected).toPrecision(3)),
    cohort,
    alsoPossible,
    reconnect: roundedHealth(wave.reconnect),
    wave: { kind: wave.kind, startedAt: isoTime(startedAt), version: toVersion },
    ...wordsForReconnectFailure({ wave, failure, cohort, alsoPossible }),
  };
}
