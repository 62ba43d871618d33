import { DEFAULT_WAVE_SETTINGS, type Wave, type WaveSettings } from '../wave.ts';
import { herdLines, usualPhrase } from './herd-phrase.ts';
import { counted, duration, number, percent } from './numbers.ts';
import { plainText } from './plain-text.ts';
import { returnsPhrase } from './returns-phrase.ts';
import type { Words } from './words.ts';

/** Past this share of clients that stay away a wave needs somebody's eyes (`page.never_back` of the design). */
const TOO_MANY_AWAY = 0.05;

/**
 * A wave in plain words: that it is expected (a deploy) or not explained (a restart), how the clients come back, and
 * what was ruled out with which numbers. `window` is the one that the wave's reconnect health was measured with.
 */
export function wordsForWave(
  wave: Wave,
  window: WaveSettings['reconnectWindow'] = DEFAULT_WAVE_SETTINGS.reconnectWindow,
): Words {
  return {
    headline: headlineOf(wave),
    mend: mendOf(wave, window),
    evidence: [
      ...beginLines(wave),
      instancesLine(wave),
      codesLine(wave),
      ...returnLines(wave, window),
      ...besideLine(wave),
    ],
    dismissed: dismissedFor(wave),
  };
}

function headlineOf({ kind, service, toVersion, instances }: Wave): string {
  const name = plainText(service);
  if (kind === 'restart_wave')
    return `Restart of ${name}: ${counted(instances.length, 'instance')}, no new version seen`;
  return `Expected: deploy wave of ${name}${toVersion === null ? '' : ` ${plainText(toVersion)}`}`;
}

function mendOf({ kind, reconnect, followed, overdue }: Wave, window: WaveSettings['reconnectWindow']): string {
  if (reconnect.neverBack > TOO_MANY_AWAY) {
    return `See what keeps the clients away: ${percent(reconnect.neverBack)} were not back within 5 minutes.`;
  }
  if (overdue > followed * TOO_MANY_AWAY) {
    const share = `${number(overdue)} of ${number(followed)} are still out after ${number(window.to)} s`;
    return `See whether the instances listen and the load balancer sends to them: ${share}.`;
  }
  if (kind === 'deploy_wave') return 'There is nothing to do: the clients are told to come back by themselves.';
  return 'Nothing to do if somebody restarted it; if not, see why its instances ended.';
}

function beginLines({ fromVersion, toVersion, marker, startedAt }: Wave): string[] {
  const lines: string[] = [];
  if (marker !== null) {
    const seconds = (startedAt - marker.startedAt) / 1000;
    const when = `${duration(Math.abs(seconds))} ${seconds < 0 ? 'before' : 'after'}`;
    lines.push(`It began ${when} deploy ${plainText(marker.version)} was marked.`);
  }
  if (fromVersion !== null && toVersion !== null && fromVersion !== toVersion) {
    lines.push(`The version changes from ${plainText(fromVersion)} to ${plainText(toVersion)}.`);
  }
  return lines;
}

function instancesLine({ instances, closes }: Wave): string {
  const starts = instances.map(instance => instance.startedAt).sort((a, b) => a - b);
  const pause = (starts.at(-1)! - starts[0]!) / Math.max(1, instances.length - 1) / 1000;
  const rhythm = instances.length < 2 || pause < 1 ? '' : `, one every ${duration(pause)}`;
  return `${counted(instances.length, 'instance')} shed ${counted(closes, 'connection')}${rhythm}.`;
}

function codesLine({ codes, closes }: Wave): string {
  const restart = codes.get(1012) ?? 0;
  const goingAway = codes.get(1001) ?? 0;
  const named = [...(restart > 0 ? ['1012'] : []), ...(goingAway > 0 ? ['1001'] : [])].join(' or ');
  const share = (restart + goingAway) / closes;
  const rest = share === 1 ? '' : '; the rest come from the same instances';
  return `${percent(share)} of the closes say ${named}${rest}.`;
}

function returnLines(wave: Wave, window: WaveSettings['reconnectWindow']): string[] {
  const { reconnect, followed, closes } = wave;
  if (followed === 0) return [];
  const { early, withinWindow, late, p50, peakPerSecond } = reconnect;
  const isHalfBack = early + withinWindow + late >= 0.5;
  const named = followed === closes ? '' : ' clients that can be followed';
  const inside = `${percent(withinWindow)} within ${number(window.from)} to ${number(window.to)} s`;
  return [
    `${returnsPhrase(wave, named)}: ${inside}.`,
    ...(p50 === null || !isHalfBack ? [] : [`Half of them were back after ${duration(p50)}.`]),
    ...(peakPerSecond === 0 ? [] : [`At most ${counted(peakPerSecond, 'open')} in a second${usualPhrase(reconnect)}.`]),
    ...herdLines(reconnect),
  ];
}

function besideLine({ payloadBugs }: Wave): string[] {
  if (payloadBugs === 0) return [];
  return [`${counted(payloadBugs, 'payload bug')} in the same time: not counted here, judged by themselves.`];
}

function dismissedFor({ kind, instances, closes, payloadBugs, codes }: Wave): string[] {
  const names = new Set(instances.map(({ instance }) => instance)).size;
  const abnormal = codes.get(1006) ?? 0;
  const dropped = abnormal === 0 ? 'none' : percent(abnormal / closes);
  return [
    ...(payloadBugs === 0 ? [`A payload bug under the wave: none beside ${counted(closes, 'close')}.`] : []),
    ...(names === instances.length && names > 1
      ? [`A crash loop: none of the ${number(names)} instances shed its connections twice.`]
      : []),
    `A network drop: ${dropped} of the ${counted(closes, 'close')} are 1006.`,
    ...(kind === 'restart_wave'
      ? ['A deploy: no instance of another version came, and no marker lies within -2 to +15 minutes.']
      : []),
  ];
}
