import { roundedHealth } from '../reconnect/rounded-health.ts';
import type { Severity, Verdict } from '../verdict.ts';
import type { Wave, WaveSettings } from '../wave.ts';
import { wordsForWave } from '../words/words-for-wave.ts';
import { isoTime } from './incident-verdict.ts';
import { verdictId } from './verdict-id.ts';

/** The verdict of a wave as it stands. */
export function waveVerdict(wave: Wave, settings: WaveSettings): Verdict {
  const { kind, service, environment, confirmed, startedAt, detectedAt, endedAt, confidence, closes, clients } = wave;
  return {
    id: verdictId({ kind, service, environment }, startedAt),
    kind,
    status: endedAt !== null ? 'ended' : confirmed ? 'open' : 'provisional',
    severity: severityOf(wave, settings),
    service,
    environment,
    startedAt: isoTime(startedAt),
    detectedAt: isoTime(detectedAt),
    endedAt: endedAt === null ? null : isoTime(endedAt),
    confidence: Number(confidence.toFixed(3)),
    closes: Math.round(closes),
    clients,
    ...deployOf(wave),
    reconnect: roundedHealth(wave.reconnect),
    ...wordsForWave(wave, settings.reconnectWindow),
  };
}

/** What somebody ordered is information; what nobody did is a notice, and a crash loop that keeps clients away a page. */
function severityOf({ kind, reconnect }: Wave, { neverBack }: WaveSettings): Severity {
  if (kind === 'crash_loop') return reconnect.neverBack > neverBack ? 'page' : 'notice';
  return kind === 'unexpected_restart' ? 'notice' : 'info';
}

/** The deploy that the wave belongs to; without a marker it is as old as the wave. */
function deployOf({ kind, toVersion, marker, startedAt }: Wave): Pick<Verdict, 'deploy'> {
  if ((kind !== 'deploy_wave' && kind !== 'crash_loop') || toVersion === null) return {};
  const secondsAfterStart = Math.round((startedAt - (marker?.startedAt ?? startedAt)) / 1_000);
  return { deploy: { version: toVersion, relation: 'began_inside', secondsAfterStart } };
}
