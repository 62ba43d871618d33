import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EventBatch } from '../batch/event-batch.ts';
import { type CloseEvent, isPayloadBug } from '../close-event.ts';
import type { Store } from '../store.ts';
import { closeEvent, TEN_O_CLOCK } from '../testdata/close-event.ts';
import type { WindowCounts, WindowField, WindowQuery } from '../window-query.ts';
import { ENGINES } from './engines.fixture.ts';

type Drawn<Any> = Any extends fc.Arbitrary<infer Value> ? Value : never;

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const RECEIPT_DAYS = 3;
const FIELDS = [
  'service',
  'environment',
  'serviceVersion',
  'code',
  'clientVersion',
  'region',
  'instance',
  'role',
  'payloadBug',
] as const;

/** A close as late as a day before its receipt, often close to the one before it and at the edge of a minute. */
const anyClose = fc.record({
  receiptDay: fc.nat(RECEIPT_DAYS - 1),
  before: fc.oneof(fc.constantFrom(0, 1, 999, 60_000, HOUR, DAY), fc.nat(DAY), fc.nat(5_000)),
  kind: fc.constantFrom<CloseEvent['kind']>('close', 'close', 'close', 'connect'),
  code: fc.constantFrom(null, 1000, 1006, 1007, 1012),
  payloadDefect: fc.constantFrom(null, null, 'invalid_utf8' as const, 'application' as const),
  service: fc.constantFrom('gateway', 'a service whose name is longer than a string that lies in line'),
  environment: fc.constantFrom(null, 'prod'),
  serviceVersion: fc.constantFrom(null, '1.8.1', '1.8.2'),
  clientVersion: fc.constantFrom(null, '5.1.9', '5.2.0'),
  role: fc.constantFrom<CloseEvent['role']>('client', 'server'),
  weight: fc.constantFrom(1, 1, 2, 12.5),
});

function eventsOf(drawn: readonly Drawn<typeof anyClose>[]): CloseEvent[][] {
  const days: CloseEvent[][] = Array.from({ length: RECEIPT_DAYS }, () => []);
  for (const [serial, { receiptDay, before, ...fields }] of drawn.entries()) {
    days[receiptDay]!.push(closeEvent(serial + 1, { ...fields, startedAt: TEN_O_CLOCK + receiptDay * DAY - before }));
  }
  return days;
}

/** What the counts have to be, by the rules as the rest of the product has them. */
function expectedCounts(
  events: readonly CloseEvent[],
  { from, to, binMs, by, where = {} }: WindowQuery,
): Map<string, string> {
  const counts = new Map<string, { rows: number; closes: number }>();
  const fieldOf = (event: CloseEvent, field: string) =>
    field === 'payloadBug' ? isPayloadBug(event) : event[field as keyof CloseEvent];
  for (const event of events) {
    if (event.kind !== 'close' || event.time < from || event.time >= to) continue;
    if (Object.entries(where).some(([field, value]) => fieldOf(event, field) !== value)) continue;
    const bin = Math.floor(event.time / binMs) * binMs;
    const key = JSON.stringify([bin, ...by.map(field => fieldOf(event, field))]);
    const count = counts.get(key) ?? { rows: 0, closes: 0 };
    counts.set(key, { rows: count.rows + 1, closes: count.closes + event.weight });
  }
  return new Map([...counts].map(([key, { rows, closes }]) => [key, `${rows} rows, ${closes} closes`]));
}

function countsOf({ groups, bins, by, rows, closes }: WindowCounts): Map<string, string> {
  const entries = Array.from({ length: groups }, (_, group): [string, string] => [
    JSON.stringify([bins[group], ...by.map(({ values, places }) => values[places[group]!])]),
    `${rows[group]} rows, ${closes[group]} closes`,
  ]);
  expect(new Set(entries.map(([key]) => key)).size).toBe(groups);
  return new Map(entries);
}

const anyQuery = fc.record({
  from: fc.integer({ min: -DAY, max: RECEIPT_DAYS * DAY }).map(offset => TEN_O_CLOCK + offset),
  length: fc.oneof(fc.constantFrom(0, 60_000, HOUR, DAY), fc.nat(4 * DAY)),
  binMs: fc.constantFrom(1_000, 60_000, 90_000, HOUR, DAY),
  by: fc.uniqueArray(fc.constantFrom<WindowField>(...FIELDS)),
  rolledOnly: fc.boolean(),
  where: fc.constantFrom<WindowQuery['where'][]>(
    {},
    { code: 1007 },
    { payloadBug: true },
    { environment: null },
    { role: 'server', serviceVersion: '1.8.2' },
  ),
});
const ROLLED: readonly WindowField[] = ['service', 'environment', 'serviceVersion', 'code', 'role', 'payloadBug'];

function queryOf({ from, length, binMs, by, rolledOnly, where }: Drawn<typeof anyQuery>): WindowQuery {
  return {
    from,
    to: from + length,
    binMs,
    by: rolledOnly ? by.filter(field => ROLLED.includes(field)) : by,
    where: where ?? {},
  };
}

describe.each(ENGINES)('closes counted by window, on $name', ({ open }) => {
  const drawn = fc.sample(anyClose, { numRuns: 400, seed: 4 });
  const days = eventsOf(drawn);
  let folder: string;
  let store: Store;
  let now = TEN_O_CLOCK;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'closewatch-'));
    store = await open(folder, () => now);
    for (const [index, events] of days.entries()) {
      now = TEN_O_CLOCK + index * DAY;
      await store.appendEvents(EventBatch.of(events));
    }
    // An engine may count closed days ahead, and ends that before it closes; opened again, it has to know which ones it has.
    for (let start = 0; start < 2; start++) {
      await store.close();
      store = await open(folder, () => now);
    }
  });
  afterAll(async () => {
    await store.close();
    rmSync(folder, { recursive: true });
  });

  it('are what counting each event comes to, scanned or rolled up, late ones included', async () => {
    await fc.assert(
      fc.asyncProperty(anyQuery, async drawnQuery => {
        const query = queryOf(drawnQuery);
        expect(countsOf(await store.readWindow(query))).toEqual(expectedCounts(days.flat(), query));
      }),
      { numRuns: 150 },
    );
  });

  it('are those of the bins that later rows changed, whole', async () => {
    const stored = days.flat();
    await fc.assert(
      fc.asyncProperty(anyQuery, fc.nat(stored.length), async (drawnQuery, changedAfter) => {
        const query = queryOf(drawnQuery);
        const later = expectedCounts(stored.slice(changedAfter), { ...query, by: [] });
        const whole = [...expectedCounts(stored, query)].filter(([key]) =>
          later.has(JSON.stringify([JSON.parse(key)[0]])),
        );
        expect(countsOf(await store.readWindow({ ...query, changedAfter }))).toEqual(new Map(whole));
      }),
      { numRuns: 100 },
    );
  });

  it('are refused in bins that are no whole seconds, and before the epoch', async () => {
    const query = { from: TEN_O_CLOCK, to: TEN_O_CLOCK + HOUR, binMs: 1_000, by: [] };
    await expect(store.readWindow({ ...query, binMs: 1_500 })).rejects.toThrow(
      'expected bins of whole seconds, got 1500 ms',
    );
    await expect(store.readWindow({ ...query, from: -1 })).rejects.toThrow(
      'expected a window from 0 or later to its end, got -1 to',
    );
  });
});
