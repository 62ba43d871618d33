import type { Wave, WaveSettings } from '../wave.ts';
import { cutLines, hitLine } from './cut-lines.ts';
import { duration, percent } from './numbers.ts';
import { plainText } from './plain-text.ts';
import { bugsBesideLines, noBugLines, returnLines } from './wave-lines.ts';
import type { Words } from './words.ts';

/** Connections that a proxy dropped as it was reloaded, in plain words, with the setting that is usually behind it. The wave has to have its `cut`. */
export function wordsForProxyReload(wave: Wave, window: WaveSettings['reconnectWindow']): Words {
  const { share, again } = wave.cut!;
  const times = again.length === 0 ? '' : `, ${again.length + 1} times`;
  return {
    headline: `Proxy reload: ${percent(share)} of the connections of ${plainText(wave.service)} were dropped${times}`,
    mend: mendOf(wave),
    evidence: [
      hitLine(wave),
      ...cutLines(wave),
      ...againLines(wave),
      ...returnLines(wave, window),
      ...bugsBesideLines(wave),
    ],
    dismissed: [
      ...noBugLines(wave),
      'A restart: the instances took new connections without a pause, or kept some of theirs.',
      'A network drop: its clients could not have come back at once, and it would have hit young connections as well as old ones.',
    ],
  };
}

function mendOf({ cut }: Wave): string {
  const { youngest, youngStayed } = cut!;
  const setting =
    'worker_shutdown_timeout of nginx, worker-shutdown-timeout of ingress-nginx, hard-stop-after of HAProxy, drain time of Envoy';
  if (youngStayed < 1)
    return `See what reloaded or restarted the proxy then, and what it does with open connections (${setting}).`;
  return `Raise the time that the proxy gives its old workers, about ${duration(youngest)} now (${setting}), or reload it less often.`;
}

function againLines({ cut }: Wave): string[] {
  const { again } = cut!;
  if (again.length === 0) return [];
  return [`It came again after ${again.map(pause => duration(pause)).join(', ')}.`];
}
