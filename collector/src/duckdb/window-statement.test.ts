import { describe, expect, it } from 'vitest';
import { TEN_O_CLOCK } from '../testdata/close-event.ts';
import type { WindowQuery } from '../window-query.ts';
import type { CataloguedDay } from './day-catalogue.ts';
import { windowStatement } from './window-statement.ts';

const HOUR = 3_600_000;

describe('the statement of a window', () => {
  const day: CataloguedDay = {
    day: '2026-11-23',
    form: 'closed',
    file: '/days/2026-11-23.duckdb',
    rows: 9,
    begunAfter: 0,
    firstSequence: 1,
    lastSequence: 9,
    earliest: TEN_O_CLOCK,
    latest: TEN_O_CLOCK + HOUR,
  };
  const minutes: WindowQuery = { from: TEN_O_CLOCK, to: TEN_O_CLOCK + HOUR, binMs: 60_000, by: ['code'] };
  const sqlOf = (query: Partial<WindowQuery>, days = [day], rolledUp = new Map([[day.day, 9]])) =>
    windowStatement(days, [], rolledUp, { ...minutes, ...query }).sql;

  it('reads whole minutes of a day that is rolled up from the rollup alone', () => {
    expect(sqlOf({})).toContain('FROM close_minutes');
    expect(sqlOf({})).not.toContain('close_events');
  });

  it('scans what the rollup can not tell', () => {
    for (const sql of [
      sqlOf({ binMs: 1_000 }),
      sqlOf({ by: ['clientVersion'] }),
      sqlOf({ where: { clientId: 'c-1' } }),
      sqlOf({}, [{ ...day, form: 'live' }]),
      sqlOf({}, [day], new Map([[day.day, 8]])),
    ]) {
      expect(sql).not.toContain('close_minutes');
    }
  });
});
