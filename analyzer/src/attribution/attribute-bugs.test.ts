import { describe, expect, it } from 'vitest';
import type { Connection } from '../connection.ts';
import { connectionOf } from '../wave/connections.fixture.ts';
import { attributeBugs } from './attribute-bugs.ts';
import { isInCohort } from './cohort-field.ts';

const NOW = 1_000_000;

/** 300 clients of five versions on three paths; `bugOf` says what the bytes of whose bug look like. */
function fleet(bugOf: (client: { version: string; path: string }) => Connection['payloadSignature']) {
  const population = Array.from({ length: 300 }, (_, index) => {
    const version = `5.${index % 5}.0`;
    const path = ['/live', '/chat', '/edit'][Math.floor(index / 5) % 3]!;
    const signature = bugOf({ version, path });
    const facts = { id: `${index}`, clientId: `c-${index}`, clientVersion: version, urlPath: path };
    if (signature === null) return connectionOf(facts);
    const bug = { payloadBug: true, payloadDefect: 'invalid_utf8', payloadSignature: signature } as const;
    return connectionOf({ ...facts, ...bug, closedAt: NOW + index, code: 1007 });
  });
  return [population.filter(({ payloadBug }) => payloadBug), population] as const;
}

describe('attributing bugs of several kinds', () => {
  it('names the cohort alone where one explains them all, whatever they look like', () => {
    const all = fleet(({ version, path }) => (version === '5.2.0' ? (path === '/live' ? 'gzip' : 'zlib') : null));
    expect(attributeBugs(...all).cohort).toEqual([{ attribute: 'websocket.client.version', value: '5.2.0' }]);
  });

  it('names the more frequent one with its signature where two things are wrong at once', () => {
    const all = fleet(({ version, path }) => (path === '/edit' ? 'cut_sequence' : version === '5.2.0' ? 'gzip' : null));
    const { cohort } = attributeBugs(...all);
    expect(cohort).toEqual([
      { attribute: 'url.path', value: '/edit' },
      { attribute: 'websocket.payload.signature', value: 'cut_sequence' },
    ]);
    const [bugs, population] = all;
    expect(bugs.filter(bug => isInCohort(bug, cohort)).every(bug => bug.payloadSignature === 'cut_sequence')).toBe(
      true,
    );
    expect(population.filter(one => isInCohort(one, cohort)).length).toBe(100);
  });

  it('names nobody where neither all nor one kind of them is specific', () => {
    let count = 0;
    const all = fleet(() => (count++ % 3 === 0 ? (count % 2 === 0 ? 'gzip' : 'latin-1') : null));
    expect(attributeBugs(...all).cohort).toEqual([]);
  });
});
