import type { Wave, WaveSettings } from '../wave.ts';
import { counted, duration, number, percent } from './numbers.ts';
import { plainText } from './plain-text.ts';
import { beginLines, bugsBesideLines, codesLine, mendForReturns, noBugLines, returnLines } from './wave-lines.ts';
import type { Words } from './words.ts';

/**
 * A roll over the instances in plain words: that it is expected (a deploy) or not explained (a restart), how the clients come
 * back, and what was ruled out with which numbers.
 */
export function wordsForRoll(wave: Wave, window: WaveSettings['reconnectWindow']): Words {
  return {
    headline: headlineOf(wave),
    mend: mendForReturns(wave, window) ?? mendOf(wave),
    evidence: [
      ...beginLines(wave),
      instancesLine(wave),
      codesLine(wave),
      ...returnLines(wave, window),
      ...bugsBesideLines(wave),
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

function mendOf({ kind }: Wave): string {
  if (kind === 'deploy_wave') return 'There is nothing to do: the clients are told to come back by themselves.';
  return 'Nothing to do if somebody restarted it; if not, see why its instances ended.';
}

function instancesLine({ instances, closes }: Wave): string {
  const starts = instances.map(instance => instance.startedAt).sort((a, b) => a - b);
  const pause = (starts.at(-1)! - starts[0]!) / Math.max(1, instances.length - 1) / 1000;
  const rhythm = instances.length < 2 || pause < 1 ? '' : `, one every ${duration(pause)}`;
  return `${counted(instances.length, 'instance')} shed ${counted(closes, 'connection')}${rhythm}.`;
}

function dismissedFor(wave: Wave): string[] {
  const { kind, instances, closes, codes } = wave;
  const names = new Set(instances.map(({ instance }) => instance)).size;
  const abnormal = codes.get(1006) ?? 0;
  const dropped = abnormal === 0 ? 'none' : percent(abnormal / closes);
  return [
    ...noBugLines(wave),
    ...(names === instances.length && names > 1
      ? [`A crash loop: none of the ${number(names)} instances shed its connections twice.`]
      : []),
    wave.orderly > 0
      ? `A network drop: ${dropped} of the ${counted(closes, 'close')} are 1006.`
      : `A network drop: nothing opened on the instances afterwards, or only once they had started again.`,
    ...(kind === 'restart_wave'
      ? ['A deploy: no instance of another version came, and no marker lies within -2 to +15 minutes.']
      : []),
  ];
}
