import type { Wave, WaveSettings } from '../wave.ts';
import { counted, duration, number } from './numbers.ts';
import { plainText } from './plain-text.ts';
import { beginLines, bugsBesideLines, codesLine, noBugLines, returnLines } from './wave-lines.ts';
import type { Words } from './words.ts';

/** A process that ends again and again in plain words: where, how often, with which pauses, and whether a deploy brought it. */
export function wordsForCrashLoop(wave: Wave, window: WaveSettings['reconnectWindow']): Words {
  return {
    headline: headlineOf(wave),
    mend: mendOf(wave),
    evidence: [
      ...beginLines(wave),
      ...wave.loops.map(loopLine),
      codesLine(wave),
      ...returnLines(wave, window),
      ...bugsBesideLines(wave),
    ],
    dismissed: [
      ...noBugLines(wave),
      'A single restart: the same place ended at least three times within a quarter of an hour.',
    ],
  };
}

function headlineOf({ service, loops }: Wave): string {
  const versions = new Set(loops.map(({ version }) => version));
  const version = versions.size === 1 ? [...versions][0] : null;
  const name = `${plainText(service)}${version ? ` ${plainText(version)}` : ''}`;
  if (loops.length > 1) return `Crash loop in ${name}: ${counted(loops.length, 'instance')} end again and again`;
  return `Crash loop in ${name}: ${plainText(loops[0]!.instance)} ended ${number(loops[0]!.restarts)} times`;
}

function mendOf({ loops, marker, toVersion }: Wave): string {
  const { version } = loops[0]!;
  const name = version === null ? 'it' : plainText(version);
  const isDeploys = toVersion !== null && toVersion === version;
  const log = `See why ${name} ends: the last lines of its log, its memory limit, its probes.`;
  return isDeploys || marker !== null ? `Stop the roll, or take ${name} back. ${log}` : log;
}

function loopLine({ instance, restarts, pauses }: Wave['loops'][0]): string {
  const named = pauses.map(pause => duration(pause)).join(', ');
  const rhythm = pauses.length === 0 ? '' : `; it was back after ${named}`;
  return `${plainText(instance)} ended ${counted(restarts, 'time')}${rhythm}.`;
}
