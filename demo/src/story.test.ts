import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { truthOf } from './announcement.ts';
import { firstInvalidByte } from './first-invalid-byte.ts';
import { planStory } from './story.ts';

const seeds = fc.integer({ min: 0, max: 2 ** 32 - 1 });

describe('a story', () => {
  it('is the same for the same seed', () => {
    fc.assert(
      fc.property(seeds, seed => {
        expect(planStory(seed)).toEqual(planStory(seed));
      }),
      { numRuns: 20 },
    );
  });

  it('has four slots with sixty clients each, forty clients of the version with the bug, and four other versions', () => {
    fc.assert(
      fc.property(seeds, seed => {
        const { clients, bug } = planStory(seed);
        const perSlot = [0, 1, 2, 3].map(slot => clients.filter(client => client.slot === slot).length);
        const perVersion = Object.groupBy(clients, client => client.version);
        expect(perSlot).toEqual([60, 60, 60, 60]);
        expect(new Set(clients.map(client => client.id)).size).toBe(240);
        expect(perVersion[bug.clientVersion]).toHaveLength(40);
        expect(Object.keys(perVersion)).toHaveLength(5);
      }),
      { numRuns: 50 },
    );
  });

  it('lets every client come back one to five seconds after a close', () => {
    fc.assert(
      fc.property(seeds, seed => {
        const delays = planStory(seed).clients.map(client => client.comeBackAfter);
        expect(Math.min(...delays)).toBeGreaterThanOrEqual(1000);
        expect(Math.max(...delays)).toBeLessThanOrEqual(5000);
      }),
      { numRuns: 50 },
    );
  });

  it('replaces every slot once in a deploy, and begins the bug before the last one of the second', () => {
    fc.assert(
      fc.property(seeds, seed => {
        const { deploys, bug } = planStory(seed);
        for (const deploy of deploys) expect([...deploy.order].sort()).toEqual([0, 1, 2, 3]);
        expect(bug.after).toBeGreaterThanOrEqual(4);
        expect(bug.after).toBeLessThan(3 * deploys[1].instanceGap);
      }),
      { numRuns: 50 },
    );
  });

  it('takes 102 to 108 seconds once the fleet is up, when a replacement takes one', () => {
    fc.assert(
      fc.property(seeds, seed => {
        const story = planStory(seed);
        const deploying = story.deploys.reduce((sum, deploy) => sum + 3 * deploy.instanceGap + 1, 0);
        const seconds = story.quiet + deploying + story.between + story.aftermath;
        expect(seconds).toBeGreaterThan(100);
        expect(seconds).toBeLessThan(108);
      }),
      { numRuns: 50 },
    );
  });

  it('strays from a client of another version every four to six seconds, each client once', () => {
    fc.assert(
      fc.property(seeds, seed => {
        const { strays, clients, bug } = planStory(seed);
        const sick = new Set(clients.filter(client => client.version === bug.clientVersion).map(client => client.id));
        const gaps = strays.map((stray, index) => stray.at - (strays[index - 1]?.at ?? 0));
        expect(strays).toHaveLength(200);
        expect(new Set(strays.map(stray => stray.clientId)).size).toBe(200);
        expect(strays.filter(stray => sick.has(stray.clientId))).toEqual([]);
        expect(Math.min(...gaps)).toBeGreaterThanOrEqual(4.2);
        expect(Math.max(...gaps)).toBeLessThan(5.8);
        expect(strays.every(stray => firstInvalidByte(stray.bytes) >= 0)).toBe(true);
      }),
      { numRuns: 20 },
    );
  });

  it('tells other truths for other seeds', () => {
    const truths = Array.from({ length: 40 }, (_, seed) => truthOf(planStory(seed)));
    expect(new Set(truths.map(truth => truth.clientVersion))).toEqual(new Set(['5.0.3', '5.1.1', '5.2.0']));
    expect(new Set(truths.map(truth => truth.signature))).toEqual(
      new Set(['gzip', 'zlib', 'msgpack', 'png', 'utf-16le', 'cut_sequence']),
    );
    expect(new Set(truths.map(truth => truth.offset)).size).toBeGreaterThan(5);
  });

  it('tells its truth before it begins', () => {
    expect(truthOf(planStory(1))).toEqual({
      type: 'truth',
      seed: 1,
      service: 'gateway',
      environment: 'demo',
      deploys: ['1.8.1', '1.8.2'],
      clientVersion: '5.1.1',
      signature: 'gzip',
      defect: 'invalid_utf8',
      offset: 1,
      sender: 'client',
    });
  });
});
