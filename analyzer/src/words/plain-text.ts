/** Longest name that a sentence can carry; real versions and services are a fraction of it. */
const LONGEST = 60; // characters

/**
 * Text from outside (a version, a service's name) made fit to stand in a sentence: control characters and those that
 * turn the direction of writing become spaces, runs of spaces one, and past 60 characters it is cut with an ellipsis.
 * It stays plain text: whoever shows it as HTML has to escape it.
 */
export function plainText(value: string): string {
  const oneLine = value
    .toWellFormed()
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, ' ')
    .replace(/\s+/gu, ' ')
    .trim();
  const characters = Array.from(oneLine);
  return characters.length <= LONGEST ? oneLine : `${characters.slice(0, LONGEST - 1).join('')}…`;
}
