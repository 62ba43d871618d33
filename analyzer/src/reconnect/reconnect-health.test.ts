import { describe, expect, it } from 'vitest';
import { connectionOf } from '../wave/connections.fixture.ts';
import { countOverdue, isExpectedBack, peakOpensPerSecond, reconnectHealth } from './reconnect-health.ts';

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

  it('estimates who is back in 5, 30 and 60 s with those that are out counted as at risk for as long as they were seen', () => {
    // At 10 s after its close one of the four is out and unseen from then on: of the two at risk at 20 s one comes back.
    const closes = [
      ...closesAt1000([2, 20]),
      connectionOf({ id: 'a', closedAt: 1_030_000 }),
      connectionOf({ id: 'b', closedAt: 1_000_000, backAt: 1_050_000 }),
    ];
    const health = reconnectHealth(closes, 1, WINDOW, 1_040_000);
    expect(health.backIn5s).toBeCloseTo(1 / 4, 12);
    expect(health.backIn30s).toBeCloseTo(1 - (3 / 4) * (1 / 2), 12);
    expect(health.backIn60s).toBe(health.backIn30s);
    expect(health.p99).toBeNull();
  });

  it('is all zero without a close', () => {
    expect(reconnectHealth([], 0, WINDOW, 1_000_000)).toEqual({
      p50: null,
      p95: null,
      p99: null,
      withinWindow: 0,
      early: 0,
      late: 0,
      neverBack: 0,
      backIn5s: 0,
      backIn30s: 0,
      backIn60s: 0,
      peakPerSecond: 0,
      herdIndex: null,
      lockstep: null,
    });
  });
});

describe('countOverdue', () => {
  it('counts who is out for longer than so many seconds, and not who came back late', () => {
    expect(countOverdue(closesAt1000([2, 7, null, 60]), 5, 1_010_000)).toBe(2);
    expect(countOverdue(closesAt1000([2, 7, null, 60]), 5, 1_005_000)).toBe(0);
  });
});

describe('isExpectedBack', () => {
  it('leaves out who left by itself, as a tab that is closed does', () => {
    const tab = { id: 'd', code: 1001, initiator: 'remote' } as const;
    expect(isExpectedBack(connectionOf(tab))).toBe(false);
    expect(isExpectedBack(connectionOf({ ...tab, initiator: 'local' }))).toBe(true);
    expect(isExpectedBack(connectionOf({ ...tab, code: 1012, initiator: 'local' }))).toBe(true);
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
