import { describe, expect, it } from 'vitest';
import type { Connection } from '../connection.ts';
import { lifeOf, wavesOf } from './connections.fixture.ts';

const at = (now: number, connections: readonly Connection[]) => wavesOf(connections, { now: now * 1000 });
/** Its clients tell that their connections broke off, and the server nothing. */
const KILLED = { codes: [1006], initiator: null } as const;
const others = [...lifeOf({ instance: 'b' }), ...lifeOf({ instance: 'c' })];

/** Ends at 1000, then is back after each pause (seconds) and ends again 20 s later; the last time it stays. */
function loop(pauses: readonly number[], nameOf: (life: number) => string, version = '1.8.1'): Connection[] {
  const facts = lifeOf({ instance: nameOf(0), version, sheds: 1000, ...KILLED });
  let endsAt = 1000.9;
  for (const [index, pause] of pauses.entries()) {
    const opensAt = endsAt + pause;
    const isLast = index === pauses.length - 1;
    const life = { instance: nameOf(index + 1), version, count: 6, opensAt };
    facts.push(...lifeOf(isLast ? life : { ...life, sheds: opensAt + 20, ...KILLED }));
    endsAt = opensAt + 20.5;
  }
  return facts;
}

describe('a process that ends three times within a quarter of an hour', () => {
  for (const [what, nameOf] of [
    ['the same instance id', () => 'a'],
    ['a new instance id each time', (life: number) => `a${life}`],
  ] as const) {
    it(`is one crash loop from its first end on, with ${what}`, () => {
      const facts = [...loop([10, 20, 40], nameOf), ...others];
      const [once, twice, thrice] = [1_020, 1_060, 1_100].map(now => at(now, facts));
      expect(once).toMatchObject([{ kind: 'unexpected_restart', startedAt: 1_000_000, detectedAt: 1_010_000 }]);
      expect(twice).toMatchObject([{ kind: 'unexpected_restart', startedAt: 1_000_000, detectedAt: 1_010_000 }]);
      expect(thrice).toMatchObject([
        { kind: 'crash_loop', startedAt: 1_000_000, detectedAt: 1_010_000, confirmed: true },
      ]);
      const [{ loops }] = at(1_200, facts) as [(typeof thrice & {})[0]];
      expect(loops).toMatchObject([{ version: '1.8.1', restarts: 3 }]);
      expect(loops[0]!.pauses.map(Math.round)).toEqual([10, 20, 40]);
    });
  }

  it('is none where its ends are spread over more', () => {
    const kinds = at(2_700, [...loop([570, 570, 570], () => 'a'), ...others]).map(({ kind }) => kind);
    expect(kinds).toEqual(['unexpected_restart']);
  });

  it('is what a deploy turns into when the new version can’t stay up', () => {
    const facts = [
      ...lifeOf({ instance: 'old', version: '1.8.0', sheds: 980 }),
      ...lifeOf({ instance: 'other', version: '1.8.0', sheds: 990 }),
      ...loop([10, 20, 40], life => `new-${life}`).map(connection => ({
        ...connection,
        openedAt: Math.max(connection.openedAt!, 984_000),
      })),
    ];
    expect(at(1_000, facts)).toMatchObject([{ kind: 'deploy_wave', toVersion: '1.8.1', startedAt: 980_000 }]);
    expect(at(1_050, facts)).toMatchObject([{ kind: 'deploy_wave', toVersion: '1.8.1', startedAt: 980_000 }]);
    expect(at(1_200, facts)).toMatchObject([{ kind: 'crash_loop', toVersion: '1.8.1', startedAt: 980_000 }]);
  });

  it('is no crash loop where one restart rolls over three instances', () => {
    const roll = ['a', 'b', 'c'].flatMap((name, index) => [
      ...lifeOf({ instance: name, sheds: 1000 + index * 30, ...KILLED }),
      ...lifeOf({ instance: `${name}2`, opensAt: 1012 + index * 30 }),
    ]);
    expect(at(1_300, roll).map(({ kind }) => kind)).toEqual(['restart_wave']);
  });
});
