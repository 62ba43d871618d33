import { describe, expect, it } from 'vitest';
import { row } from '../event.fixture.ts';
import { Facts } from './facts.ts';
import { forget } from './forget.ts';

const START = Date.parse('2026-11-23T10:00:00Z');
const MINUTE = 60_000;
const NO_NEED = () => Number.POSITIVE_INFINITY;

/** One connection a minute that lives for ten seconds, and a failed handshake beside it. */
function minutes(count: number): Facts {
  const facts = new Facts();
  for (let minute = 0; minute < count; minute++) {
    const time = START + minute * MINUTE;
    const one = { connectionId: `c${minute}`, instance: 'pod' };
    facts.ingest(row({ kind: 'connect', time, ...one }));
    facts.ingest(row({ kind: 'close', time: time + 10_000, code: 1000, connectionDuration: 10, ...one }));
    facts.ingest(row({ kind: 'connect', time, connectionId: `failed${minute}`, failed: true }));
  }
  return facts;
}

function only(facts: Facts) {
  const [service] = facts.services.values();
  return service!;
}

const idsOf = (facts: Facts) => [...only(facts).connections.values()].map(one => one.connection.id);

describe('forgetting', () => {
  it('keeps closed connections for 45 minutes and bins for two hours', () => {
    const facts = minutes(180);
    const now = START + 180 * MINUTE;
    expect(only(facts).connections.size).toBe(180);
    expect(forget(facts, now, NO_NEED)).toBe(0);
    expect(only(facts).connections.size).toBe(45);
    expect(Math.min(...only(facts).bins.bins.keys())).toBe((now - 120 * MINUTE) / 1_000);
  });

  it('keeps what a verdict still reads, however old', () => {
    const facts = minutes(180);
    forget(facts, START + 180 * MINUTE, () => START + 60 * MINUTE);
    expect(only(facts).connections.size).toBe(120);
  });

  it('leaves the bins as they are when a connection goes', () => {
    const facts = minutes(180);
    const closes = () => [...only(facts).bins.bins.values()].reduce((sum, bin) => sum + (bin.closes.get(1000) ?? 0), 0);
    forget(facts, START + 100 * MINUTE, NO_NEED);
    expect(closes()).toBe(180);
  });

  it('lets open connections go when their instance has been silent for an hour', () => {
    const facts = new Facts();
    facts.ingest(row({ kind: 'connect', time: START, connectionId: 'killed', instance: 'killed' }));
    facts.ingest(row({ kind: 'connect', time: START + 50 * MINUTE, connectionId: 'alive', instance: 'alive' }));
    forget(facts, START + 59 * MINUTE, NO_NEED);
    expect(idsOf(facts)).toEqual(['killed', 'alive']);
    forget(facts, START + 61 * MINUTE, NO_NEED);
    expect(idsOf(facts)).toEqual(['alive']);
  });

  it('does not count again what comes twice across it', () => {
    const facts = minutes(60);
    forget(facts, START + 60 * MINUTE, NO_NEED);
    const size = only(facts).connections.size;
    facts.ingest(row({ kind: 'close', time: START + 5 * MINUTE, connectionId: 'c5', instance: 'pod', code: 1000 }));
    expect(only(facts).connections.size).toBe(size);
    expect(facts.watermark.late).toBe(1);
  });
});
