import { describe, expect, it } from 'vitest';
import { TEN_O_CLOCK } from '../testdata/close-event.ts';
import { BlockedBloom } from './blocked-bloom.ts';
import { RedeliveryFilter } from './redelivery-filter.ts';

const MINUTE = 60_000;
const DAY = 1_440 * MINUTE;

/** Independent 32-bit numbers from a fixed seed. Source: Tommy Ettinger's mulberry32, public domain. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
}

function newFilter(fields: { completeFrom?: number; maxBytes?: number } = {}): RedeliveryFilter {
  return new RedeliveryFilter({ completeFrom: TEN_O_CLOCK, maxBytes: 1 << 24, ...fields });
}

describe('a blocked Bloom filter', () => {
  it('knows every key that it was given, and takes four of 100,000 others at most for known when it is full', () => {
    const filter = new BlockedBloom(100_000);
    const given = numbers(1007);
    for (let key = 0; key < filter.capacity; key++) filter.add(given(), given());
    const again = numbers(1007);
    let unknown = 0;
    for (let key = 0; key < filter.capacity; key++) if (!filter.has(again(), again())) unknown += 1;
    expect(unknown).toBe(0);
    const others = numbers(1012);
    let wrong = 0;
    for (let key = 0; key < 2_000_000; key++) if (filter.has(others(), others())) wrong += 1;
    expect(wrong).toBeLessThanOrEqual(80);
    expect(filter.bytes / filter.capacity).toBe(4);
  });
});

describe('the filter of redeliveries', () => {
  it('says of a span that it is new once, and then that it is perhaps stored, also when its slice has grown', () => {
    const filter = newFilter();
    const time = TEN_O_CLOCK + 10 * MINUTE;
    const first = numbers(1);
    let perhaps = 0;
    for (let key = 0; key < 20_000; key++) if (filter.note(first(), first(), time, time)) perhaps += 1;
    expect(perhaps).toBeLessThanOrEqual(10);
    const again = numbers(1);
    for (let key = 0; key < 20_000; key++) expect(filter.note(again(), again(), time, time + DAY)).toBe(true);
  });

  it('looks a span up by its own time, so that it makes no difference when it comes', () => {
    const filter = newFilter();
    expect(filter.note(1, 2, TEN_O_CLOCK, TEN_O_CLOCK)).toBe(false);
    expect(filter.note(1, 2, TEN_O_CLOCK + MINUTE, TEN_O_CLOCK)).toBe(false);
    expect(filter.note(1, 2, TEN_O_CLOCK, TEN_O_CLOCK + 5 * MINUTE)).toBe(true);
  });

  it('knows nothing of spans from before its time, from more than a day ago, and from more than a day ahead', () => {
    const filter = newFilter();
    expect(filter.note(1, 2, TEN_O_CLOCK - 1, TEN_O_CLOCK)).toBe(true);
    expect(filter.note(1, 2, TEN_O_CLOCK + DAY + 1, TEN_O_CLOCK)).toBe(true);
    expect(filter.note(3, 4, TEN_O_CLOCK + DAY, TEN_O_CLOCK)).toBe(false);
    expect(filter.note(5, 6, TEN_O_CLOCK, TEN_O_CLOCK + DAY + MINUTE)).toBe(true);
  });

  it('knows a span that came more than a day ahead when its time has come', () => {
    const filter = newFilter();
    const time = TEN_O_CLOCK + DAY + MINUTE;
    expect(filter.note(1, 2, time, TEN_O_CLOCK)).toBe(true);
    expect(filter.note(1, 2, time, TEN_O_CLOCK + 2 * MINUTE)).toBe(true);
    expect(filter.note(3, 4, time, TEN_O_CLOCK + 2 * MINUTE)).toBe(false);
    expect(filter.note(1, 2, time, time + DAY)).toBe(true);
  });

  it('says "perhaps" of all from that time on when too many came more than a day ahead, and keeps the rest', () => {
    const filter = newFilter({ maxBytes: 40_000 });
    const keys = numbers(7);
    const time = TEN_O_CLOCK + DAY + MINUTE;
    for (let key = 0; key < 20_000; key++) filter.note(keys(), keys(), time + key, TEN_O_CLOCK);
    expect(filter.bytes).toBeLessThanOrEqual(10_000);
    expect(filter.note(1, 2, time, TEN_O_CLOCK + 2 * MINUTE)).toBe(true);
    expect(filter.note(1, 2, time - 1, TEN_O_CLOCK + 2 * MINUTE)).toBe(false);
    expect(filter.note(1, 2, TEN_O_CLOCK, TEN_O_CLOCK + 2 * MINUTE)).toBe(false);
  });

  it('gives up its oldest slices when it is full, and says "perhaps" of their spans', () => {
    const filter = newFilter({ maxBytes: 40_000 });
    const keys = numbers(7);
    for (let minute = 0; minute < 60; minute++) {
      for (let key = 0; key < 200; key++)
        filter.note(keys(), keys(), TEN_O_CLOCK + minute * MINUTE, TEN_O_CLOCK + 60 * MINUTE);
    }
    expect(filter.bytes).toBeLessThanOrEqual(40_000);
    expect(filter.note(1, 2, TEN_O_CLOCK, TEN_O_CLOCK + 60 * MINUTE)).toBe(true);
    expect(filter.note(1, 2, TEN_O_CLOCK + 59 * MINUTE, TEN_O_CLOCK + 60 * MINUTE)).toBe(false);
  });
});
