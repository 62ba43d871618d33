import { describe, expect, it } from 'vitest';
import type { Connection } from '../connection.ts';
import { connectionOf } from '../wave/connections.fixture.ts';
import { EXPECTED_UNIT, expectedBugs } from './expected-bugs.ts';

const NOON = 1_000_000_000;

function open(id: string, openedAt: number, facts: Partial<Connection> = {}): Connection {
  return connectionOf({ id, clientId: id, openedAt: NOON + openedAt, ...facts });
}

function sick(id: string, openedAt: number, closedAt: number, facts: Partial<Connection> = {}): Connection {
  return open(id, openedAt, { closedAt: NOON + closedAt, payloadBug: true, ...facts });
}

/** By connection id, in bugs. */
function expectedOf(population: readonly Connection[]): Record<string, number> {
  const { ofConnection } = expectedBugs(
    population.filter(({ payloadBug }) => payloadBug),
    population,
  );
  return Object.fromEntries(population.map(({ id }, index) => [id, ofConnection[index]! / EXPECTED_UNIT]));
}

describe('the bugs to be expected of each connection', () => {
  it('are the Nelson-Aalen hazard over the time that it was at risk', () => {
    // All old: at the first bug three are at risk, at the second two.
    const expected = expectedOf([sick('a', -60_000, 0), sick('b', -60_000, 5_000), open('c', -60_000)]);
    expect(expected.a).toBeCloseTo(1 / 3, 8);
    expect(expected.b).toBeCloseTo(1 / 3 + 1 / 2, 8);
    expect(expected.c).toBeCloseTo(1 / 3 + 1 / 2, 8);
  });

  it('compare a first message with the other first messages, whenever they came', () => {
    const expected = expectedOf([
      sick('first', 0, 50),
      sick('last', 300_000, 300_050),
      open('between', 100_000),
      open('before', -60_000),
    ]);
    for (const id of ['first', 'last', 'between']) expect(expected[id]).toBeCloseTo(2 / 3, 8);
    expect(expected.before).toBe(0);
  });

  it('compare a bug of an old connection with those that were open at its time', () => {
    const expected = expectedOf([
      sick('now', -60_000, 0),
      open('gone', -60_000, { closedAt: NOON + 1_000, code: 1012 }),
      open('came', 2_000),
      sick('later', -60_000, 60_000),
    ]);
    expect(expected.gone).toBeCloseTo(1 / 3, 8);
    expect(expected.came).toBeCloseTo(1 / 2, 8);
    expect(expected.later).toBeCloseTo(1 / 3 + 1 / 2, 8);
  });

  it('expect nothing more of a client after its first bug, however often it comes back', () => {
    const back = [
      sick('a again', 2_000, 2_050, { clientId: 'a' }),
      sick('a once more', 4_000, 4_050, { clientId: 'a' }),
    ];
    const expected = expectedOf([sick('a', -10, 40), ...back, open('b', 1_000)]);
    expect(expected['a again']).toBe(0);
    expect(expected['a once more']).toBe(0);
    expect(expected.a! + expected.b!).toBeCloseTo(1, 8);
  });

  it('add up to the sick clients, to the same number in any order', () => {
    const population = Array.from({ length: 999 }, (_, index) =>
      index % 7 === 0
        ? sick(`${index}`, -index * 100, index)
        : open(`${index}`, -index * 100, { closedAt: index % 3 === 0 ? NOON + index : null }),
    );
    const sumOf = (connections: readonly Connection[]) => {
      const { ofConnection } = expectedBugs(
        connections.filter(({ payloadBug }) => payloadBug),
        connections,
      );
      return ofConnection.reduce((sum, expected) => sum + expected, 0);
    };
    expect(sumOf(population) / EXPECTED_UNIT).toBeCloseTo(143, 4);
    expect(sumOf(population.toReversed())).toBe(sumOf(population));
  });
});
