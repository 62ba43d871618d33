import type { Wave } from '../wave.ts';
import { counted, duration, number, percent } from './numbers.ts';

/** Sentences about a cut that `network_drop` and `proxy_reload` have in common. The wave has to have its `cut`. */

/** Who lost how many, and how fast. */
export function hitLine({ cut, closes, codes }: Wave): string {
  const { instancesHit, instancesUp, spread } = cut!;
  const where =
    instancesUp === 1 ? 'the only instance' : `${number(instancesHit)} of ${counted(instancesUp, 'instance')}`;
  const broken = percent((codes.get(1006) ?? 0) / closes);
  return `${counted(closes, 'connection')} on ${where} broke off, most of them within ${duration(Math.max(0.1, spread))}; ${broken} say 1006.`;
}

/** The signs that tell a proxy from a network. */
export function cutLines({ cut }: Wave): string[] {
  const { youngest, youngStayed, noCode, givenUp, firstBack } = cut!;
  return [
    ...(youngStayed < 1
      ? []
      : [
          `None of them was younger than ${duration(youngest)}; ${counted(Math.round(youngStayed), 'connection')} that were stayed.`,
        ]),
    ...(noCode === 0 ? [] : [`${percent(noCode)} say 1005: something sent a close frame without a code.`]),
    ...(givenUp === 0
      ? []
      : [`${percent(givenUp)} were given up by the server itself, as one does when a ping stays without an answer.`]),
    firstBack === null
      ? 'Not a tenth of them were made up for by new connections so far.'
      : `A tenth of them were made up for by new connections after ${duration(firstBack)}.`,
  ];
}
