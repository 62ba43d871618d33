import type { Wave } from '../wave.ts';
import { number } from './numbers.ts';

/**
 * How many of a wave's clients are back: `100 % are back` only where all are, else counts, `60 of 120 are back, 60 are
 * still out`. `named` stands behind the count of them all. At least one client has to be followed.
 */
export function returnsPhrase({ reconnect, followed, returnsOver }: Wave, named = ''): string {
  const back = Math.round((reconnect.early + reconnect.withinWindow + reconnect.late) * followed);
  if (back === followed) return `100 %${named === '' ? '' : ` of the ${number(followed)}${named}`} are back`;
  const of = `${number(back)} of ${named === '' ? '' : 'the '}${number(followed)}${named}`;
  const out = number(followed - back);
  return returnsOver
    ? `${of} were back 5 minutes after the last close, ${out} were not`
    : `${of} are back, ${out} are still out`;
}
