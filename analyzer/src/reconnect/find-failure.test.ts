import { describe, expect, it } from 'vitest';
import { randomFrom } from '../event.fixture.ts';
import { connectionOf } from '../wave/connections.fixture.ts';
import { findFailure } from './find-failure.ts';

const CLOSED = 1_000_000;
const FOREVER = CLOSED + 3_600_000;

/** Clients that are cut off within a second; each number is how many seconds later one is back, null for never. */
function cutOff(backAfter: readonly (number | null)[]) {
  return backAfter.map((back, index) => {
    const closedAt = CLOSED + (index % 10) * 100;
    const backAt = back === null ? null : closedAt + back * 1000;
    return connectionOf({ id: `${index}`, clientId: `client ${index}`, closedAt, code: 1012, backAt });
  });
}

const failureOf = (backAfter: readonly (number | null)[], now = FOREVER) =>
  findFailure(cutOff(backAfter), { now, neverBack: 0.05, leavingAnyway: 0, firstOpenAt: null, usualPerSecond: 0 });

/** So many clients of which so many stay out; the others are back after 1 to 5 s. */
const some = (all: number, out: number) =>
  Array.from({ length: all }, (_, index) => (index < out ? null : 1 + (index % 40) / 10));

describe('findFailure', () => {
  it('tells clients that stay out a minute and a half after their close, and pages for more than 5 % of them', () => {
    const failure = failureOf(some(100, 30))!;
    expect(failure).toMatchObject({ severity: 'page', detectedAt: CLOSED + 95_000 });
    expect(failure.out.length).toBe(30);
    expect(failure.clients.length).toBe(100);
    expect(failureOf(some(100, 30), failure.detectedAt - 1)).toBeNull();
    expect(failureOf(some(100, 30), failure.detectedAt)).toMatchObject({ severity: 'page', endedAt: null });
  });

  it('is a notice where the share is more than the usual, and no more than 5 %', () => {
    expect(failureOf(some(10_000, 400))).toMatchObject({ severity: 'notice' });
  });

  it.each([
    [3, 1],
    [4, 2],
    [20, 3],
    [100, 5],
    [1_000, 25],
    [10_000, 200],
  ])('says nothing of %i clients of which chance and usual leaving explain %i', (all, out) => {
    expect(failureOf(some(all, out))).toBeNull();
  });

  it.each([
    [3, 3, 'notice'],
    [4, 4, 'notice'],
    [5, 5, 'page'],
    [10, 5, 'page'],
    [50, 9, 'page'],
  ])('of %i clients calls %i that stay out a %s', (all, out, severity) => {
    expect(failureOf(some(all, out))?.severity).toBe(severity);
  });

  it('waits for clients that are slow but still coming', () => {
    const random = randomFrom(1);
    const slow = Array.from({ length: 1_000 }, () => -60 * Math.log(1 - random()));
    expect(failureOf(slow)).toBeNull();
  });

  it('waits for background tabs that run their timers once a minute', () => {
    expect(failureOf(Array.from({ length: 200 }, (_, index) => (index % 3 === 0 ? 62 + (index % 5) : 2)))).toBeNull();
  });

  it('waits for three minutes while nobody at all is back: a process may start slowly', () => {
    expect(failureOf(some(1_000, 1_000))?.detectedAt).toBe(CLOSED + 900 + 180_000 + 4_100);
    expect(failureOf(Array.from({ length: 1_000 }, (_, index) => 150 + (index % 40) / 10))).toBeNull();
    // Where others come in, somebody listens.
    const context = { now: FOREVER, neverBack: 0.05, leavingAnyway: 0, firstOpenAt: CLOSED + 4_000, usualPerSecond: 0 };
    expect(findFailure(cutOff(some(1_000, 1_000)), context)?.detectedAt).toBe(CLOSED + 90_000);
  });

  it('holds what the service loses anyway against nobody', () => {
    const of = (leavingAnyway: number) =>
      findFailure(cutOff(some(100, 30)), {
        now: FOREVER,
        neverBack: 0.05,
        leavingAnyway,
        firstOpenAt: null,
        usualPerSecond: 0,
      });
    expect(of(0)?.severity).toBe('page');
    expect(of(0.25)).toBeNull();
    expect(of(0.05)).toMatchObject({ severity: 'page', usualLeaving: 0.07 });
  });

  it('ends when all but the usual are back', () => {
    const failure = failureOf(Array.from({ length: 100 }, (_, index) => (index < 98 ? 600 : 2)))!;
    expect(failure).toMatchObject({ severity: 'page', detectedAt: CLOSED + 95_000, endedAt: CLOSED + 605_000 });
    expect(failure.out).toEqual([]);
  });

  it('is watched for half an hour after the last close, and later returns change nothing', () => {
    const closes = some(100, 30);
    const late = closes.map(back => back ?? 3_000);
    expect(failureOf(closes)).toMatchObject({ endedAt: CLOSED + 900 + 1_800_000 });
    expect(failureOf(late)?.out.length).toBe(30);
  });

  it('looks only at what was known: the same at every later time', () => {
    const closes = [...some(60, 10), ...Array.from({ length: 40 }, (_, index) => 100 + index * 8)];
    const final = failureOf(closes)!;
    for (let now = CLOSED; now < final.endedAt!; now += 1_000) {
      const seen = failureOf(closes, now);
      expect(seen === null).toBe(now < final.detectedAt);
      if (seen) expect(seen).toMatchObject({ detectedAt: final.detectedAt, endedAt: null });
    }
  });

  it('counts a client once, by its last close', () => {
    const twice = cutOff(some(20, 0)).flatMap(close => [
      { ...close, backAt: close.closedAt! + 2_000 },
      { ...close, id: `${close.id} again`, closedAt: close.closedAt! + 10_000, backAt: null },
    ]);
    const failure = findFailure(twice, {
      now: FOREVER,
      neverBack: 0.05,
      leavingAnyway: 0,
      firstOpenAt: null,
      usualPerSecond: 0,
    });
    expect(failure?.out.length).toBe(20);
    expect(failure?.clients.length).toBe(20);
  });

  it('allows for the strays of opens that come anyway where clients have no ids', () => {
    const closes = cutOff(some(100, 30));
    const of = (usualPerSecond: number) =>
      findFailure(closes, { now: FOREVER, neverBack: 0.05, leavingAnyway: 0, firstOpenAt: null, usualPerSecond });
    expect(of(0.01)).not.toBeNull();
    expect(of(1)).toBeNull();
  });
});
