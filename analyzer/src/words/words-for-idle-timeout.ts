import type { IdleTimeout } from '../idle/idle-timeouts.ts';
import { KNOWN_TIMEOUTS } from '../idle/known-timeouts.ts';
import { counted, duration, number } from './numbers.ts';
import { plainText } from './plain-text.ts';
import type { Words } from './words.ts';

/** An idle timeout in plain words: after how long connections end, by whose setting that usually is, and how to live with it. */
export function wordsForIdleTimeout(timeout: IdleTimeout, service: string): Words {
  const { seconds, inside, near, expected, blocks, clients } = timeout;
  const known = KNOWN_TIMEOUTS.filter(one => one.seconds === seconds);
  const usually = known.length === 0 ? 'some proxy’s idle timeout' : `usually ${listed(known.map(one => one.setting))}`;
  const after = duration(seconds);
  return {
    headline: `Connections of ${plainText(service)} drop after ${after} of silence: ${usually}`,
    mend: mendOf(timeout),
    evidence: [
      `${number(inside)} of ${counted(near, 'connection')} that went away by themselves at about that age did so ${after} after they opened, or up to 2 s later; chance would have ${number(expected)}.`,
      `They are of ${counted(clients.size, 'client')}, without a close frame (1006).`,
      ...known.map(({ setting, source }) => `${setting} is ${after} unless it is changed: ${source}`),
    ],
    dismissed: [
      'A timer of the application: it would close with a code of its own, or be named as who ended it.',
      `One cut that hit many at once: they came in ${number(blocks)} different stretches of ten seconds.`,
    ],
  };
}

function mendOf({ seconds }: IdleTimeout): string {
  const known = KNOWN_TIMEOUTS.filter(one => one.seconds === seconds);
  const raise = known.flatMap(one => (one.raise === null ? [] : [`${one.setting}: ${one.raise}`]));
  const ping = `Send a ping (or any message) every ${duration(Math.floor(seconds / 2))} or more often`;
  const fromOpen = known.find(one => one.fromOpen);
  const but =
    fromOpen === undefined ? '' : ` Behind ${fromOpen.setting} only raising it helps: it counts from the open.`;
  return raise.length === 0 ? `${ping}.${but}` : `${ping}, or raise the timeout (${raise.join('; ')}).${but}`;
}

function listed(items: readonly string[]): string {
  return items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} or ${items.at(-1)}`;
}
