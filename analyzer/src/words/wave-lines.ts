import type { Wave, WaveSettings } from '../wave.ts';
import { herdLines, usualPhrase } from './herd-phrase.ts';
import { counted, duration, number, percent } from './numbers.ts';
import { plainText } from './plain-text.ts';
import { returnsPhrase } from './returns-phrase.ts';

/** Past this share of clients that stay away a wave needs somebody's eyes (`page.never_back` of the design). */
const TOO_MANY_AWAY = 0.05;

/** Sentences that several kinds of waves have in common: lists of them, as one that does not apply is left out. */

/** How the wave lies to a marker, and what became of the version. */
export function beginLines({ fromVersion, toVersion, marker, startedAt }: Wave): string[] {
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

/** Which codes the server itself said, and that the rest belong to them. */
export function codesLine({ codes, closes, orderly, inferred }: Wave): string {
  if (inferred === closes)
    return 'Nobody told of their end: it is inferred from the silence of the process, its gauge and the returns of its clients.';
  if (orderly === 0) {
    const broken = (codes.get(1006) ?? 0) / closes;
    const rest = inferred === 0 ? '' : `; ${number(inferred)} of these are inferred, as nobody told of them`;
    return `No close says 1012 or 1001: ${percent(broken)} broke off (1006)${rest}.`;
  }
  const share = orderly / closes;
  const said = [1012, 1001, 1000].filter(code => (codes.get(code) ?? 0) > 0);
  const rest = share === 1 ? '' : '; the rest come from the same instances';
  return `${percent(share)} of the closes say ${said.join(' or ')}${rest}.`;
}

/** How the clients came back. `window` is the one that the wave's reconnect health was measured with. */
export function returnLines(wave: Wave, window: WaveSettings['reconnectWindow']): string[] {
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

/** What to do where clients stay away; null where they do not. */
export function mendForReturns(
  { reconnect, followed, overdue }: Wave,
  window: WaveSettings['reconnectWindow'],
): string | null {
  if (reconnect.neverBack > TOO_MANY_AWAY) {
    return `See what keeps the clients away: ${percent(reconnect.neverBack)} were not back within 5 minutes.`;
  }
  if (overdue > followed * TOO_MANY_AWAY) {
    const share = `${number(overdue)} of ${number(followed)} are still out after ${number(window.to)} s`;
    return `See whether the instances listen and the load balancer sends to them: ${share}.`;
  }
  return null;
}

export function bugsBesideLines({ payloadBugs }: Wave): string[] {
  if (payloadBugs === 0) return [];
  return [`${counted(payloadBugs, 'payload bug')} in the same time: not counted here, judged by themselves.`];
}

/** That no payload bug lies under it, where none does. */
export function noBugLines({ payloadBugs, closes }: Wave): string[] {
  return payloadBugs === 0 ? [`A payload bug under the wave: none beside ${counted(closes, 'close')}.`] : [];
}
