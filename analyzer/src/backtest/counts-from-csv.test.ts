import { describe, expect, it } from 'vitest';
import { countsFromCsv } from './counts-from-csv.ts';

const read = (text: string) => countsFromCsv(text.split('\n'));

describe('counts from CSV', () => {
  it('takes time, count and exposure from wherever they stand, and leaves other columns alone', async () => {
    const series = await read(
      'note,count,time,exposure\n"a, ""b""",3,2001-01-01T00:00:00Z,10\nc,0,2001-01-08T00:00:00Z,20\n',
    );
    expect(series).toEqual({
      binSeconds: 604_800,
      times: [978_307_200, 978_912_000],
      counts: [3, 0],
      exposures: [10, 20],
    });
  });

  it('reads epoch seconds, offsets, a byte order mark, carriage returns and empty lines', async () => {
    const series = await read('\uFEFFtime,count\r\n978307200,1\r\n\r\n2001-01-01T02:00:01+02:00,2\r\n978307202.0,0\r');
    expect(series).toEqual({
      binSeconds: 1,
      times: [978_307_200, 978_307_201, 978_307_202],
      counts: [1, 2, 0],
      exposures: null,
    });
  });

  it('leaves out what is unknown: missing bins, empty counts and NaN', async () => {
    const { times, binSeconds } = await read('time,count\n0,1\n60,\n120,NaN\n180,4\n240,0\n300,0\n');
    expect(binSeconds).toBe(60);
    expect(times).toEqual([0, 180, 240, 300]);
  });

  it.each([
    ['', 'expected a header with time and count, got an empty file'],
    ['when,count\n0,1', 'line 1: expected a header with time and count, got "when,count"'],
    ['time,count,count\n0,1,2', 'line 1: expected one column count, got two'],
    ['time,count\n0,1\n60', 'line 3: expected 2 columns as in the header, got 1'],
    ['time,count\n0,1\nnoon,2', 'line 3: expected a time in RFC 3339 or epoch seconds, got "noon"'],
    [
      'time,count\n2001-02-30T00:00:00Z,1',
      'line 2: expected a time in RFC 3339 or epoch seconds, got "2001-02-30T00:00:00Z"',
    ],
    [
      'time,count\n1700000000000,1',
      'line 2: expected epoch seconds, got 1700000000000, which would be the year 55840: milliseconds?',
    ],
    ['time,count\n0,1\n60,-2', 'line 3: expected a count from 0 on, got "-2"'],
    ['time,count\n0,1\n60,many', 'line 3: expected a count from 0 on, got "many"'],
    ['time,count,exposure\n0,1,1\n60,1,', 'line 3: expected an exposure from 0 on, got ""'],
    ['time,count\n60,1\n0,1', 'line 3: expected a time after 1970-01-01T00:01:00.000Z, got 1970-01-01T00:00:00.000Z'],
    ['time,count\n0,1\n0,1', 'line 3: expected a time after 1970-01-01T00:00:00.000Z, got 1970-01-01T00:00:00.000Z'],
    ['time,count\n0,1', 'expected at least two bins with a count, got 1'],
    [
      'time,count\n0,1\n60,1\n90,1\n150,1\n210,1',
      'line 4: expected equal bins, here of 60 s: a time a whole number of them after 1970-01-01T00:01:00.000Z, got 1970-01-01T00:01:30.000Z',
    ],
  ])('says what is wrong with %j', async (text, message) => {
    await expect(read(text)).rejects.toThrow(message);
  });
});
