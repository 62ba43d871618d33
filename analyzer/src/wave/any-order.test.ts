import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Connection } from '../connection.ts';
import { connectionOf, lifeOf, type Sample, toldInTurn, wavesOf } from './connections.fixture.ts';

const seconds = (value: number) => value * 1000;
const NOW = seconds(2_000);

/** A roll, an instance that crashes three times and tells nothing, one that is killed and known by its gauge, and a cut through those that are left. */
function history(): { connections: Connection[]; samples: Sample[] } {
  const roll = [0, 1].flatMap(index => [
    ...lifeOf({
      instance: `old-${index}`,
      version: '1.8.0',
      opensAt: 100,
      sheds: 400 + index * 20,
      codes: [1012, 1006],
    }),
    ...lifeOf({ instance: `new-${index}`, opensAt: 405 + index * 20 }),
  ]);
  const crashes = [700, 740, 800].flatMap((at, life) =>
    lifeOf({ instance: 'loop', opensAt: at - 25, sheds: at, codes: [1006], initiator: null, count: 8 - life }),
  );
  const killed = lifeOf({ instance: 'killed', opensAt: 500, count: 12 }).map(one => ({ ...one, clientId: null }));
  const cut = ['x', 'y'].flatMap(instance => [
    ...lifeOf({ instance, opensAt: 600, count: 20, sheds: 1_500, codes: [1006], initiator: 'transport' }),
    ...lifeOf({ instance, opensAt: 610, count: 20 }),
    ...lifeOf({ instance, opensAt: 1_503, count: 20 }),
  ]);
  const last = connectionOf({ id: 'last', instance: 'x', openedAt: seconds(1_990) });
  const samples = Array.from({ length: 100 }, (_, index) => [
    ...(index < 40 ? [{ instance: 'killed', time: seconds(600 + index * 10), connections: 12 }] : []),
    { instance: 'x', time: seconds(600 + index * 10), connections: 40 },
  ]).flat();
  return { connections: [...roll, ...crashes, ...killed, ...cut, last], samples };
}

describe('facts in any order, looked at in between', () => {
  it('give the same waves', () => {
    const { connections, samples } = history();
    const inOrder = wavesOf(connections, { now: NOW, samples });
    expect(inOrder.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(['deploy_wave', 'crash_loop', 'unexpected_restart', 'proxy_reload']),
    );
    const news = [...connections, ...samples];
    const keys = fc.array(fc.double({ noNaN: true }), { minLength: news.length, maxLength: news.length });
    const property = fc.property(
      keys,
      fc.array(fc.integer({ min: 300, max: 2_000 }), { maxLength: 6 }),
      (order, looks) => {
        const shuffled = news.map((one, index) => ({ one, key: order[index]! })).sort((a, b) => a.key - b.key);
        const parts = looks.sort((a, b) => a - b).map(seconds);
        expect(
          toldInTurn(
            shuffled.map(({ one }) => one),
            [...parts, NOW],
          ),
        ).toEqual(inOrder);
      },
    );
    fc.assert(property, { numRuns: 30 });
  });
});
