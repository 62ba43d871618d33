import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { ByteBudget } from './byte-budget.ts';
import { readBody } from './read-body.ts';

const MIB = 1024 * 1024;

/** A request as far as its body goes; the bounds under test count bytes, whatever they came through. */
function gzipRequest(body: Buffer): IncomingMessage {
  return Object.assign(Readable.from([body]), {
    headers: { 'content-encoding': 'gzip' },
  }) as unknown as IncomingMessage;
}

it('never holds more than the budget, however much small bodies unpack to at once', async () => {
  const bomb = gzipSync(Buffer.alloc(8 * MIB));
  expect(bomb.length).toBeLessThan(10_000);
  const budget = new ByteBudget(20 * MIB);
  const leases = Array.from({ length: 20 }, () => budget.lease());
  const outcomes = await Promise.allSettled(
    leases.map(lease =>
      readBody(gzipRequest(bomb), 64 * MIB, lease).catch(error => {
        lease.release();
        throw error;
      }),
    ),
  );
  const refused = outcomes.filter(outcome => outcome.status === 'rejected').map(outcome => outcome.reason.status);
  expect(refused.length).toBeGreaterThanOrEqual(18);
  expect(new Set(refused)).toEqual(new Set([503]));
  expect(budget.most).toBeLessThanOrEqual(20 * MIB);

  for (const lease of leases) lease.release();
  const next = await readBody(gzipRequest(gzipSync('after it')), 64 * MIB, budget.lease());
  expect(next.toString()).toBe('after it');
});
