import type { Wave, WaveSettings } from '../wave.ts';
import { cutLines, hitLine } from './cut-lines.ts';
import { percent } from './numbers.ts';
import { plainText } from './plain-text.ts';
import { bugsBesideLines, noBugLines, returnLines } from './wave-lines.ts';
import type { Words } from './words.ts';

/** Connections that a network lost while their instances lived on, in plain words. The wave has to have its `cut`. */
export function wordsForNetworkDrop(wave: Wave, window: WaveSettings['reconnectWindow']): Words {
  const { instancesHit, share } = wave.cut!;
  const where = instancesHit === 1 ? plainText(wave.instances[0]!.instance) : `${instancesHit} instances`;
  return {
    headline: `Network drop: ${percent(share)} of the connections of ${plainText(wave.service)} broke off on ${where}`,
    mend: 'Nothing to do in the service if the clients are back; if it comes again, see the network, its firewall and the load balancer at that time.',
    evidence: [hitLine(wave), ...cutLines(wave), ...returnLines(wave, window), ...bugsBesideLines(wave)],
    dismissed: [
      ...noBugLines(wave),
      'A restart: the instances took new connections without a pause, or kept some of theirs.',
      'A proxy’s reload: its clients could have come back at once, and its young connections would have stayed.',
    ],
  };
}
