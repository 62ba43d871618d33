import type { Wave, WaveSettings } from '../wave.ts';
import { counted, duration, percent } from './numbers.ts';
import { plainText } from './plain-text.ts';
import { bugsBesideLines, codesLine, noBugLines, returnLines } from './wave-lines.ts';
import type { Words } from './words.ts';

/** An end that nobody ordered in plain words: which instance, how it shows, whether something took its place, and where to look for the reason. */
export function wordsForUnexpectedRestart(wave: Wave, window: WaveSettings['reconnectWindow']): Words {
  return {
    headline: headlineOf(wave),
    mend: mendOf(wave),
    evidence: [
      ...lossLines(wave),
      codesLine(wave),
      ...placeLines(wave),
      ...returnLines(wave, window),
      ...bugsBesideLines(wave),
    ],
    dismissed: [
      ...noBugLines(wave),
      'A deploy: no instance of another version took its place, and no marker lies within -2 to +15 minutes.',
      ...(wave.instances.length === 1
        ? ['A rolling restart: no other instance followed in order.']
        : ['A rolling restart: the next instance went before the one before it had been replaced.']),
      'A network drop: nothing opened on the instance after it, or only once it had started again.',
    ],
  };
}

function headlineOf({ service, instances }: Wave): string {
  const names = new Set(instances.map(({ instance }) => instance));
  const who = names.size === 1 ? `instance ${plainText([...names][0]!)}` : counted(names.size, 'instance');
  return `Unexpected restart in ${plainText(service)}: ${who} went without a word`;
}

function mendOf({ instances, fromVersion }: Wave): string {
  const name = plainText(instances[0]!.instance);
  const version = fromVersion === null ? '' : ` (${plainText(fromVersion)})`;
  return `See why ${name}${version} ended: the last lines of its log, its memory limit (OOMKilled, exit code 137), its node.`;
}

function lossLines({ instances }: Wave): string[] {
  return instances.map(({ instance, closed, openBefore, startedAt, lastCloseAt }) => {
    const share = closed >= openBefore ? 'all' : percent(closed / openBefore);
    const took = duration(Math.max(0.1, (lastCloseAt - startedAt) / 1000));
    return `${plainText(instance)} lost ${share} of its ${counted(Math.max(closed, openBefore), 'connection')} within ${took}.`;
  });
}

function placeLines({ replacedAfter }: Wave): string[] {
  if (replacedAfter === null) return ['Nothing has taken its place so far.'];
  if (replacedAfter <= 0) return ['Its successor was up before.'];
  return [`The next connection in its place opened ${duration(replacedAfter)} later.`];
}
