/** Uniform numbers in [0, 1) with 53 bits. */
export type Random = () => number;

/**
 * Seeded pseudo-random numbers: sfc32 (Chris Doty-Humphrey's PractRand), whose period of about 2^127 outlasts a hundred years of seconds. The same
 * seed gives the same numbers; different seeds give streams of their own.
 */
export function seededRandom(seed: number, stream = 0): Random {
  let [a, b, c, counter] = [seed | 0, stream | 0, 0x9e3779b9 | 0, 1];
  const next = () => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    c |= 0;
    return sum >>> 0;
  };
  for (let round = 0; round < 15; round++) next();
  return () => (next() * 2 ** 21 + (next() >>> 11)) / 2 ** 53;
}
