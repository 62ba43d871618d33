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
  const round = <Value extends number | null>(value: Value) =>
    (value === null ? value : Number(value.toFixed(3))) as Value;
  return {
    p50: round(reconnect.p50),
    p95: round(reconnect.p95),
    withinWindow: round(reconnect.withinWindow),
    early: round(reconnect.early),
    late: round(reconnect.late),
    neverBack: round(reconnect.neverBack),
    peakPerSecond: reconnect.peakPerSecond,
  };
}
