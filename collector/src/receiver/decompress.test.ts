import { deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { ByteBudget } from './byte-budget.ts';
import { decompress } from './decompress.ts';

const MIB = 1024 * 1024;
const COMPRESS = { gzip: gzipSync, deflate: deflateSync, zstd: zstdCompressSync } as const;

for (const encoding of ['gzip', 'deflate', 'zstd'] as const) {
  const compressed = (body: Buffer) => COMPRESS[encoding](body);

  describe(`a ${encoding} body`, () => {
    it.each([0, 1, 50_000, 500_000, 5 * MIB])('of %i bytes is what was sent', async size => {
      const body = Buffer.from(Array.from({ length: size }, (_, index) => (index * index) % 251));
      expect(body.equals(await decompress(compressed(body), encoding, 8 * MIB, new ByteBudget(64 * MIB).lease()))).toBe(
        true,
      );
    });

    it('of exactly the limit is taken, of one byte more is refused', async () => {
      for (const limit of [1_000, 100_000, 3 * MIB]) {
        const lease = new ByteBudget(64 * MIB).lease();
        expect((await decompress(compressed(Buffer.alloc(limit)), encoding, limit, lease)).length).toBe(limit);
        await expect(decompress(compressed(Buffer.alloc(limit + 1)), encoding, limit, lease)).rejects.toMatchObject({
          kind: { status: 413 },
        });
      }
    });

    it('that is cut off, or is something else, is malformed', async () => {
      const whole = compressed(Buffer.alloc(10_000, 'closes'));
      for (const bad of [whole.subarray(0, whole.length - 6), Buffer.from('not compressed'), Buffer.alloc(0)]) {
        await expect(decompress(bad, encoding, MIB, new ByteBudget(MIB).lease())).rejects.toMatchObject({
          kind: { status: 400 },
          message: expect.stringContaining(`expected a ${encoding} body, got `),
        });
      }
    });

    it('never makes requests hold more than the budget, however much small bodies unpack to at once', async () => {
      const bomb = compressed(Buffer.alloc(9 * MIB));
      expect(bomb.length).toBeLessThan(10_000);
      const budget = new ByteBudget(20 * MIB);
      const leases = Array.from({ length: 20 }, () => budget.lease());
      const outcomes = await Promise.allSettled(
        leases.map(lease =>
          decompress(bomb, encoding, 64 * MIB, lease).catch(error => {
            lease.release();
            throw error;
          }),
        ),
      );
      const refused = outcomes.filter(outcome => outcome.status === 'rejected').map(({ reason }) => reason.kind.status);
      expect(refused.length).toBeGreaterThanOrEqual(18);
      expect(new Set(refused)).toEqual(new Set([503]));
      expect(budget.most).toBeLessThanOrEqual(20 * MIB);

      for (const lease of leases) lease.release();
      const next = await decompress(compressed(Buffer.from('after it')), encoding, 64 * MIB, budget.lease());
      expect(next.toString()).toBe('after it');
    });
  });
}

it('unpacks a gzip body of several members, and one that lies about its length', async () => {
  const members = Buffer.concat([gzipSync('one '), gzipSync('two')]);
  const lease = new ByteBudget(MIB).lease();
  expect((await decompress(members, 'gzip', MIB, lease)).toString()).toBe('one two');
  const liar = gzipSync(Buffer.alloc(5_000));
  liar.writeUInt32LE(7, liar.length - 4);
  await expect(decompress(liar, 'gzip', MIB, lease)).rejects.toMatchObject({ kind: { status: 400 } });
});
