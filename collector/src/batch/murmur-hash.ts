/**
 * MurmurHash3, the 32-bit variant, of the bytes from `start` to `end`: four bytes a step, and every bit of the result depends
 * on all of them. Source: https://github.com/aappleby/smhasher/blob/master/src/MurmurHash3.cpp
 *
 * @example
 * murmurHash(new DataView(Uint8Array.of(0x74, 0x65, 0x73, 0x74).buffer), 0, 4, 0); // 'test': 0xba6bd213
 */
export function murmurHash(view: DataView, start: number, end: number, seed: number): number {
  let hash = seed;
  let at = start;
  for (; at + 4 <= end; at += 4) {
    hash ^= scrambled(view.getInt32(at, true));
    hash = (hash << 13) | (hash >>> 19);
    hash = (Math.imul(hash, 5) + 0xe6546b64) | 0;
  }
  let rest = 0;
  for (let index = end - 1; index >= at; index--) rest = (rest << 8) | view.getUint8(index);
  hash ^= scrambled(rest) ^ (end - start);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function scrambled(word: number): number {
  const product = Math.imul(word, 0xcc9e2d51);
  return Math.imul((product << 15) | (product >>> 17), 0x1b873593);
}
