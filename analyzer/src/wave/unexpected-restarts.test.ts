import { describe, expect, it } from 'vitest';
import type { Connection } from '../connection.ts';
import { lifeOf, wavesOf } from './connections.fixture.ts';

const seconds = (value: number) => value * 1000;
const at = (now: number, connections: readonly Connection[]) => wavesOf(connections, { now: seconds(now) });
/** Its clients tell that their connections broke off, and the server nothing. */
const KILLED = { codes: [1006], initiator: null } as const;
const others = [...lifeOf({ instance: 'b' }), ...lifeOf({ instance: 'c' })];

describe('an instance that loses all of its connections with 1006', () => {
  const facts = [...lifeOf({ instance: 'a', sheds: 1000, ...KILLED }), ...others];

  it('is an unexpected restart ten seconds later, and confirmed when it has not come back for a minute', () => {
    expect(at(1_009.9, facts)).toEqual([]);
    expect(at(1_010, facts)).toMatchObject([
      { kind: 'unexpected_restart', confirmed: false, startedAt: 1_000_000, detectedAt: 1_010_000, endedAt: null },
    ]);
    expect(at(1_061, facts)).toMatchObject([
      { kind: 'unexpected_restart', confirmed: true, endedAt: 1_000_900, closes: 10, orderly: 0, replacedAfter: null },
    ]);
  });

  it('is confirmed as soon as something has taken its place: itself, or another of its version', () => {
    const itself = lifeOf({ instance: 'a', opensAt: 1_012 });
    const other = lifeOf({ instance: 'd', opensAt: 1_012 });
    for (const next of [itself, other]) {
      const [wave] = at(1_013, [...facts, ...next]);
      expect(wave).toMatchObject({ kind: 'unexpected_restart', confirmed: true });
      expect(wave?.replacedAfter).toBeCloseTo(11.1);
    }
  });

  it('is none where connections go on opening on it: it lives, and something else cut them off', () => {
    const told = lifeOf({ instance: 'a', sheds: 1000, codes: [1006], initiator: 'transport' });
    const alive = [...told, ...lifeOf({ instance: 'a', opensAt: 1_000.5 }), ...others];
    expect(at(1_200, alive)).toMatchObject([{ kind: 'network_drop', closes: 10 }]);
  });

  it('is none where one of its old connections closes later and it says so itself', () => {
    const survivor = lifeOf({ instance: 'a', count: 1, opensAt: 1, sheds: 1_020, codes: [1000], initiator: 'remote' });
    expect(at(1_200, [...facts, ...survivor]).map(({ kind }) => kind)).not.toContain('unexpected_restart');
  });

  it('is none where the server tells of all those closes itself, and takes connections again', () => {
    const told = lifeOf({ instance: 'a', sheds: 1000, codes: [1006], initiator: 'transport' });
    const back = lifeOf({ instance: 'a', opensAt: 1_015 });
    expect(at(1_010, [...told, ...others])).toEqual([]);
    expect(at(1_200, [...told, ...back, ...others]).map(({ kind }) => kind)).toEqual(['network_drop']);
    expect(at(1_200, [...told, ...others]).map(({ kind }) => kind)).toEqual(['unexpected_restart']);
  });

  it('is the first of a deploy when the next one goes and another version comes', () => {
    const next = [
      ...lifeOf({ instance: 'b', sheds: 1_030, ...KILLED }),
      ...lifeOf({ instance: 'a2', version: '1.8.2', opensAt: 1_012 }),
      ...lifeOf({ instance: 'b2', version: '1.8.2', opensAt: 1_042 }),
    ];
    const rolled = [...lifeOf({ instance: 'a', sheds: 1000, ...KILLED }), ...lifeOf({ instance: 'c' }), ...next];
    expect(at(1_050, rolled)).toMatchObject([{ kind: 'deploy_wave', toVersion: '1.8.2', startedAt: 1_000_000 }]);
  });
});

describe('instances that go one after another with 1006', () => {
  const roll = (pause: number, start: number) =>
    ['a', 'b', 'c'].flatMap((name, index) => [
      ...lifeOf({ instance: name, sheds: 1000 + index * pause, ...KILLED }),
      ...lifeOf({ instance: `${name}2`, opensAt: 1000 + index * pause + start }),
    ]);

  it('are a restart where all go, each after the one before had been replaced', () => {
    expect(at(1_300, roll(30, 12))).toMatchObject([{ kind: 'restart_wave', startedAt: 1_000_000, closes: 30 }]);
  });

  it('are unexpected where the next one does not wait', () => {
    expect(at(1_300, roll(5, 12))).toMatchObject([{ kind: 'unexpected_restart', closes: 30 }]);
  });

  it('are unexpected where others stay', () => {
    expect(at(1_300, [...roll(30, 12), ...lifeOf({ instance: 'd' })])).toMatchObject([{ kind: 'unexpected_restart' }]);
  });
});
