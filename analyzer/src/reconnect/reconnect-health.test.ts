import { describe, expect, it } from 'vitest';
import { connectionOf } from '../wave/connections.fixture.ts';
import { canBeFollowed, countOverdue, peakOpensPerSecond, reconnectHealth } from './reconnect-health.ts';

const WINDOW = { from: 1, to: 5 };

/** Closes at 1000 s; each number is how many seconds later its client is back, null for not yet. */
function closesAt1000(backAfter: readonly (number | null)[]) {
  return backAfter.map((back, index) =>
    connectionOf({ id: `${index}`, closedAt: 1_000_000, backAt: back === null ? null : 1_000_000 + back * 1000 }),
  );
}

describe('reconnectHealth', () => {
  const ten = [0.2, 1, 1.5, 2, 2.5, 3, 4, 5, 12, null];

  it('shares the returns out among before, inside and after the window, both of its ends inside', () => {
    const { early, withinWindow, late, neverBack, p50, p95 } = reconnectHealth(closesAt1000(ten), 7, WINDOW, 1_300_000);
    expect(early).toBeCloseTo(0.1, 12);
    expect(withinWindow).toBeCloseTo(0.7, 12);
    expect(late).toBeCloseTo(0.1, 12);
    expect(neverBack).toBe(0.1);
    expect([p50, p95]).toEqual([2.5, null]);
  });

  it('calls nobody lost before five minutes are over', () => {
    expect(reconnectHealth(closesAt1000(ten), 7, WINDOW, 1_299_999).neverBack).toBe(0);
  });

  it('calls lost who needed more than five minutes', () => {
    const health = reconnectHealth(closesAt1000([2, 400]), 1, WINDOW, 2_000_000);
    expect(health).toMatchObject({ neverBack: 0.5, withinWindow: 0.5, late: 0.5 });
  });

  it('knows nothing of what comes after now, and counts who is still out as still out', () => {
    const health = reconnectHealth(closesAt1000([2, 2, 2, 30]), 1, WINDOW, 1_003_000);
    expect(health).toMatchObject({ p50: 2, p95: null, withinWindow: 0.75, early: 0, late: 0, neverBack: 0 });
  });

  it('calls half back while half are out, though those were lost from sight at once', () => {
    const earlier = closesAt1000([2, 2, 3, 3]);
    const justNow = Array.from({ length: 4 }, (_, index) => connectionOf({ id: `new ${index}`, closedAt: 1_009_000 }));
    const health = reconnectHealth([...earlier, ...justNow], 1, WINDOW, 1_010_000);
    expect(health).toMatchObject({ early: 0, withinWindow: 0.5, late: 0, neverBack: 0 });
  });

  it('is all zero without a close', () => {
    expect(reconnectHealth([], 0, WINDOW, 1_000_000)).toEqual({
      p50: null,
      p95: null,
      withinWindow: 0,
      early: 0,
      late: 0,
      neverBack: 0,
      peakPerSecond: 0,
    });
  });
});

describe('countOverdue', () => {
  it('counts who is out for longer than so many seconds, and not who came back late', () => {
    expect(countOverdue(closesAt1000([2, 7, null, 60]), 5, 1_010_000)).toBe(2);
    expect(countOverdue(closesAt1000([2, 7, null, 60]), 5, 1_005_000)).toBe(0);
  });
});

describe('canBeFollowed', () => {
  it('needs a client id, or a return that was seen, and a client that did not leave by itself', () => {
    expect(canBeFollowed(connectionOf({ id: 'a' }))).toBe(false);
    expect(canBeFollowed(connectionOf({ id: 'b', clientId: 'c-1' }))).toBe(true);
    expect(canBeFollowed(connectionOf({ id: 'c', backAt: 5 }))).toBe(true);
    const tab = { id: 'd', clientId: 'c-1', code: 1001, initiator: 'remote' } as const;
    expect(canBeFollowed(connectionOf(tab))).toBe(false);
    expect(canBeFollowed(connectionOf({ ...tab, initiator: 'local' }))).toBe(true);
  });
});

describe('peakOpensPerSecond', () => {
  it('counts the fullest second of event time between the ends', () => {
    const opens = [999, 1_000, 1_400, 1_999, 2_000, 2_500, 7_000, 7_001, 7_002, 7_003];
    const connections = opens.map(openedAt => connectionOf({ id: `${openedAt}`, openedAt }));
    expect(peakOpensPerSecond(connections, 1_000, 6_000)).toBe(3);
    expect(peakOpensPerSecond(connections, 20_000, 30_000)).toBe(0);
  });
});
