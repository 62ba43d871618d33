import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConnectionIds } from './connection-ids.ts';

/** Few of them, so that they meet again, and with the same lower halves, so that they share slots. */
const anyId = fc.oneof(
  fc
    .tuple(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 40 }))
    .map(([hi, lo]) => hi.toString(16).padStart(8, '0') + lo.toString(16).padStart(8, '0')),
  fc.integer({ min: 0, max: 20 }).map(number => `connection ${number}`),
);

describe('connection ids as numbers', () => {
  it('give each id a number of its own, and the id back, while others come and go', () => {
    const property = fc.property(fc.array(fc.tuple(anyId, fc.boolean()), { maxLength: 400 }), steps => {
      const ids = new ConnectionIds();
      const known = new Map<string, number>();
      for (const [id, isRelease] of steps) {
        const number = ids.of(id);
        if (known.has(id)) expect(number).toBe(known.get(id));
        else expect([...known.values()]).not.toContain(number);
        expect(ids.idOf(number)).toBe(id);
        known.set(id, number);
        if (!isRelease) continue;
        ids.release(number);
        known.delete(id);
      }
      for (const [id, number] of known) expect(ids.of(id)).toBe(number);
    });
    fc.assert(property);
  });

  it('use a number again when its id is let go, so that their count is that of the ids there are', () => {
    const ids = new ConnectionIds();
    for (let count = 0; count < 100_000; count++) ids.release(ids.ofWords(count, count * 7));
    expect(ids.end).toBe(1);
  });

  it('find thousands of ids that count upwards', () => {
    const ids = new ConnectionIds();
    const numbers = Array.from({ length: 20_000 }, (_, count) => ids.ofWords(1, count));
    expect(numbers).toEqual(Array.from({ length: 20_000 }, (_, count) => count));
    expect(ids.ofWords(1, 12_345)).toBe(12_345);
    expect(ids.idOf(12_345)).toBe('0000000100003039');
  });
});
