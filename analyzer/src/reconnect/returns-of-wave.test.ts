import { describe, expect, it } from 'vitest';
import type { Connection } from '../connection.ts';
import { connectionOf } from '../wave/connections.fixture.ts';
import { DEFAULT_WAVE_SETTINGS } from '../wave.ts';
import { returnsOfWave } from './returns-of-wave.ts';

const SHED = 1_000_000;

/** Closes ten a second; `facts` say what each is beside. */
function closesOf(count: number, facts: (index: number) => Partial<Connection>): Connection[] {
  return Array.from({ length: count }, (_, index) => {
    const closedAt = SHED + index * 100;
    const base = { id: `${index}`, clientId: `client ${index}`, closedAt, backAt: closedAt + 2_000 };
    return connectionOf({ ...base, code: 1012, initiator: 'local', ...facts(index) });
  });
}

function returnsOf(
  closes: readonly Connection[],
  opens: readonly { openedAt: number }[] = [],
  vanishPerSecond: number | null = 0,
) {
  const lastCloseAt = closes.at(-1)!.closedAt!;
  const context = { startedAt: SHED, lastCloseAt, now: SHED + 3_600_000, vanishPerSecond };
  return returnsOfWave(closes, opens, { ...context, settings: DEFAULT_WAVE_SETTINGS });
}

const VANISHED = { code: 1006, initiator: 'transport', backAt: null } as const;

describe('the clients of a wave that are expected back', () => {
  it('are those whom the server sent away, not who closed a tab or vanished at the same time', () => {
    const closes = closesOf(100, index => {
      if (index % 5 === 0) return VANISHED;
      return index % 5 === 1 ? { code: 1001, initiator: 'remote', backAt: null } : {};
    });
    expect(returnsOf(closes)).toMatchObject({ followed: 60, overdue: 0, failure: null });
  });

  it('are those who vanished where that is what the wave is, but for as many as vanish anyway', () => {
    const closes = closesOf(200, index => ({ ...VANISHED, backAt: index % 5 === 0 ? null : SHED + 25_000 }));
    expect(returnsOf(closes)).toMatchObject({ followed: 200, failure: { severity: 'page' } });
    expect(returnsOf(closes, [], 1.5)).toMatchObject({ followed: 200, failure: null });
    // In the first minutes of a service it is not known how many vanish.
    expect(returnsOf(closes, [], null)).toMatchObject({ followed: 200, failure: null });
  });

  it('are followed in aggregate where fewer than half have an id, set against the opens that do not come anyway', () => {
    const closes = closesOf(100, index => ({ clientId: index < 49 ? `client ${index}` : null, backAt: null }));
    const back = closes.slice(0, 60).map(({ closedAt }) => ({ openedAt: closedAt! + 3_000 }));
    const before = Array.from({ length: 300 }, (_, second) => ({ openedAt: SHED - 300_000 + second * 1000 }));
    const after = Array.from({ length: 300 }, (_, second) => ({ openedAt: SHED + second * 1000 + 500 }));
    const { reconnect, followed, failure } = returnsOf(closes, [...before, ...back, ...after]);
    expect(reconnect.basis).toBe('aggregate');
    expect(followed).toBe(100);
    expect(reconnect.neverBack).toBeGreaterThan(0.35);
    expect(reconnect.neverBack).toBeLessThan(0.42);
    // One visitor a second strays by more than these forty.
    expect(failure).toBeNull();
    expect(returnsOf(closes, back)).toMatchObject({ failure: { severity: 'page' } });
  });
});
