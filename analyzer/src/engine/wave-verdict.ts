import type { Verdict } from '../verdict.ts';
import type { Wave, WaveSettings } from '../wave.ts';
import { wordsForWave } from '../words/words-for-wave.ts';
import { isoTime } from './incident-verdict.ts';
import { verdictId } from './verdict-id.ts';

/** The verdict of a wave as it stands: information, never a page. */
export function waveVerdict(wave: Wave, settings: WaveSettings): Verdict {
  const { kind, service, environment, confirmed, startedAt, detectedAt, endedAt, confidence, closes, clients } = wave;
  return {
    id: verdictId({ kind, service, environment }, startedAt),
    kind,
    status: endedAt !== null ? 'ended' : confirmed ? 'open' : 'provisional',
    severity: 'info',
    service,
    environment,
    startedAt: isoTime(startedAt),
    detectedAt: isoTime(detectedAt),
    endedAt: endedAt === null ? null : isoTime(endedAt),
    confidence: Number(confidence.toFixed(3)),
    closes,
    clients,
    ...deployOf(wave),
    reconnect: roundedHealth(wave),
    ...wordsForWave(wave, settings.reconnectWindow),
  };
}

/** The deploy that the wave belongs to; without a marker it is as old as the wave. */
function deployOf({ kind, toVersion, marker, startedAt }: Wave): Pick<Verdict, 'deploy'> {
  if (kind !== 'deploy_wave' || toVersion === null) return {};
  const secondsAfterStart = Math.round((startedAt - (marker?.startedAt ?? startedAt)) / 1_000);
  return { deploy: { version: toVersion, relation: 'began_inside', secondsAfterStart } };
}

/** Seconds and shares to three places: more would be noise. */
function roundedHealth({ reconnect }: Wave): Wave['reconnect'] {
  const { p50, p95, early, withinWindow, late, neverBack, peakPerSecond } = reconnect;
  // Rounded as sums, so that the parts add up to the share that is back, and to 1 only where all are.
  const beforeWindow = roundedShare(early);
  const byWindowEnd = roundedShare(early + withinWindow);
  const back = roundedShare(early + withinWindow + late);
  return {
    p50: p50 === null ? null : rounded(p50),
    p95: p95 === null ? null : rounded(p95),
    withinWindow: rounded(byWindowEnd - beforeWindow),
    early: beforeWindow,
    late: rounded(back - byWindowEnd),
    neverBack: rounded(neverBack),
    peakPerSecond,
  };
}

function rounded(value: number): number {
  return Number(value.toFixed(3));
}

/** What is not all is never rounded up to it; a sum of fractions may miss 1 by less than any client. */
function roundedShare(share: number): number {
  return share > 1 - 1e-9 ? 1 : Math.min(0.999, rounded(share));
}
