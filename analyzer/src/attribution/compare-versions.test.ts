import { describe, expect, it } from 'vitest';
import type { Connection } from '../connection.ts';
import { connectionOf } from '../wave/connections.fixture.ts';
import { compareVersions } from './compare-versions.ts';

const versions = { fromVersion: '1.8.1', toVersion: '1.8.2' };

/** 100 connections of each version, opened before and while the bug is about; the first so many of each end in it. */
function fleet(
  bugsOnOld: number,
  bugsOnNew: number,
  openedAt = 990_000,
): { bugs: Connection[]; population: Connection[] } {
  const population = ['1.8.1', '1.8.2'].flatMap(version =>
    Array.from({ length: 100 }, (_, index) => {
      const hit = index < (version === '1.8.1' ? bugsOnOld : bugsOnNew);
      return connectionOf({
        id: `${version} ${index}`,
        clientId: `${version} ${index}`,
        serviceVersion: version,
        openedAt: version === '1.8.1' ? openedAt : 990_000,
        closedAt: hit ? 1_000_000 + index : null,
        payloadBug: hit,
      });
    }),
  );
  return { bugs: population.filter(connection => connection.payloadBug), population };
}

describe('comparing the versions of a deploy', () => {
  it.each([
    ['the new version has them all', 0, 12, 'would_help'],
    ['the new version has far more', 2, 30, 'would_help'],
    ['both have as many', 12, 12, 'would_not_help'],
    ['the old one has more', 9, 3, 'would_not_help'],
    ['there are too few to tell', 0, 3, 'unknown'],
    ['both have a few', 2, 2, 'unknown'],
  ])('says, where %s (%i and %i), %s', (_case, onOld, onNew, answer) => {
    const { bugs, population } = fleet(onOld, onNew);
    expect(compareVersions(bugs, population, versions).rollback).toBe(answer);
  });

  it('does not blame the new version for having all the connections that were opened meanwhile', () => {
    const { bugs, population } = fleet(0, 12, 0);
    expect(compareVersions(bugs, population, versions).rollback).toBe('unknown');
  });

  it('does not know where one of the versions is not there to compare', () => {
    const { bugs, population } = fleet(0, 12);
    const onlyNew = population.filter(connection => connection.serviceVersion === '1.8.2');
    expect(compareVersions(bugs, onlyNew, versions).rollback).toBe('unknown');
    expect(compareVersions(bugs, population, { ...versions, fromVersion: null }).rollback).toBe('unknown');
  });

  it('counts a client where it first failed, however often it retries', () => {
    const { bugs, population } = fleet(0, 4);
    const retries = Array.from({ length: 50 }, (_, index) => ({
      ...bugs[0]!,
      id: `r${index}`,
      closedAt: 1_100_000 + index,
    }));
    expect(compareVersions([...bugs, ...retries], [...population, ...retries], versions).rollback).toBe('unknown');
  });

  it('does not blame the new version for the first messages of all who come back to it in a roll', () => {
    // Twelve of a hundred fail at their first message, as ever; nobody opens to the old version any more.
    const population = Array.from({ length: 100 }, (_, index) => {
      const facts = { clientId: `c-${index}`, openedAt: 900_000 };
      const back = { ...facts, serviceVersion: '1.8.2', openedAt: 1_000_000 + index * 100 };
      const hit = index % 8 === 0 ? { closedAt: 1_000_050 + index * 100, payloadBug: true } : {};
      return [
        connectionOf({ id: `${index} old`, ...facts, closedAt: 999_000 + index * 100, code: 1012 }),
        connectionOf({ id: `${index} new`, ...back, ...hit }),
      ];
    }).flat();
    const bugs = population.filter(connection => connection.payloadBug);
    const compared = compareVersions(bugs, population, versions);
    expect(compared).toMatchObject({ onNew: 13, onOld: 0, rollback: 'unknown' });
    expect(compared.expectedOnNew).toBeCloseTo(13, 6);
  });
});
