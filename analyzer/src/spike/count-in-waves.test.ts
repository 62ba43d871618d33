import { describe, expect, it } from 'vitest';
import { connectionOf, lifeOf } from '../wave/connections.fixture.ts';
import type { Wave } from '../wave.ts';
import { countInWaves } from './count-in-waves.ts';

const instance = {
  instance: 'a',
  version: '1.8.1',
  startedAt: 1_000_000,
  halfGoneAt: 1_001_000,
  lastCloseAt: 1_003_000,
  openBefore: 10,
  closed: 10,
};
const wave = { startedAt: 1_000_000, instances: [instance] } as unknown as Wave;
const closeAt = (second: number, facts: object = {}) =>
  connectionOf({ id: `${second}`, instance: 'a', closedAt: second * 1000, code: 1011, ...facts });
const close = { kind: 'close', code: 1011 } as const;
const handshake = (status: number | null) => ({ kind: 'handshake', status }) as const;

describe('what of a spike belongs to a wave', () => {
  it('are the closes of its instances while they went, or five seconds before and after', () => {
    const bugs = [994, 995, 1_001, 1_008, 1_009].map(second => closeAt(second));
    expect(countInWaves(bugs, close, [wave])).toBe(3);
    expect(countInWaves([closeAt(1_001, { instance: 'b' })], close, [wave])).toBe(0);
    expect(countInWaves([closeAt(1_001, { serviceVersion: '1.8.2' })], close, [wave])).toBe(0);
    expect(countInWaves(lifeOf({ instance: 'a', sheds: 1_000 }), close, [])).toBe(0);
  });

  it('are the handshakes that found nobody, until a minute after; never those that were refused', () => {
    const bugs = [1_001, 1_062, 1_064].map(second => closeAt(second, { instance: null }));
    expect(countInWaves(bugs, handshake(502), [wave])).toBe(2);
    expect(countInWaves(bugs, handshake(null), [wave])).toBe(2);
    expect(countInWaves(bugs, handshake(401), [wave])).toBe(0);
  });
});
