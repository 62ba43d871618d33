import { describe, expect, it } from 'vitest';
import { randomFrom } from '../event.fixture.ts';
import { watched, wavesOf } from './connections.fixture.ts';
import { simulatedRoll } from './simulated-roll.fixture.ts';

const SEEDS = Array.from({ length: 50 }, (_, index) => index + 1);

function played(seed: number, erased: number, now = 10_000) {
  const random = randomFrom(seed);
  const roll = {
    random,
    instances: 2 + Math.floor(random() * 9),
    clients: 200,
    from: '1.8.1',
    to: '1.8.2',
    startsAt: 5_000,
    erased,
    surge: random() < 0.5,
  };
  const connections = simulatedRoll(roll);
  const at = (time: number) => wavesOf(connections, { now: time * 1000 });
  return { roll, connections, at, waves: at(now) };
}

describe('simulated rolls of 2 to 10 instances', () => {
  it('are each one deploy wave of every instance, with the right versions', () => {
    for (const seed of SEEDS) {
      const { roll, waves } = played(seed, 0);
      const said = waves.map(({ kind, fromVersion, toVersion, instances }) => [
        kind,
        fromVersion,
        toVersion,
        instances.length,
      ]);
      expect(said, `seed ${seed}`).toEqual([['deploy_wave', '1.8.1', '1.8.2', roll.instances]]);
    }
  });

  it('are so too with three in ten of the codes erased', () => {
    for (const seed of SEEDS) {
      const kinds = played(seed, 0.3).waves.map(({ kind, toVersion }) => [kind, toVersion]);
      expect(kinds, `seed ${seed}`).toEqual([['deploy_wave', '1.8.2']]);
    }
  });

  it('keep their start and their time of detection from the moment that they are confirmed', () => {
    for (const seed of SEEDS.slice(0, 4)) {
      const { connections, waves } = played(seed, 0);
      const [{ startedAt, detectedAt, endedAt }] = waves as [(typeof waves)[0]];
      const at = watched(connections);
      for (let now = 5_000; now < 6_000; now += 1) {
        const known = at(now * 1000).filter(wave => wave.confirmed);
        const said = known.map(wave => [wave.kind, wave.startedAt, wave.detectedAt, wave.endedAt ?? endedAt]);
        if (now * 1000 >= detectedAt + 10_000) expect(said).toHaveLength(1);
        expect(said, `seed ${seed} at ${now}`).toEqual(said.map(() => ['deploy_wave', startedAt, detectedAt, endedAt]));
      }
    }
  });

  it('are told of in the same way by one who watches and by one who looks once', () => {
    for (const seed of SEEDS.slice(0, 4)) {
      const { connections, at } = played(seed, 0.3);
      const watching = watched(connections);
      for (let now = 4_990; now < 6_000; now += 1) {
        const waves = watching(now * 1000);
        if (now % 47 === 0) expect(waves, `seed ${seed} at ${now}`).toEqual(at(now));
      }
    }
  });

  it('bring nine in ten of their clients back inside the window that they wait for', () => {
    const { waves } = played(7, 0);
    expect(waves[0]?.reconnect.withinWindow).toBeGreaterThan(0.9);
    expect(waves[0]?.reconnect.neverBack).toBe(0);
    expect(waves[0]?.reconnect.p50).toBeGreaterThan(2);
    expect(waves[0]?.reconnect.p50).toBeLessThan(4);
  });
});
