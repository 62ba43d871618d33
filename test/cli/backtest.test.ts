import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { closewatch } from './closewatch.ts';

const folder = mkdtempSync(join(tmpdir(), 'closewatch-backtest-'));
afterAll(() => rmSync(folder, { recursive: true }));

function fileOf(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

/** Weekly counts of a disease with one outbreak, from the middle of November 2001 to its last case at the end of the year. */
const COUNTS = join(import.meta.dirname, '../../bench/src/detection/counts/m2.csv');

describe('closewatch backtest', () => {
  it('prints an alarm a line as JSON and nothing else, and exits with 0', async () => {
    const { exitCode, stdout, stderr } = await closewatch(['backtest', '--counts', COUNTS, '--json']);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(
      stdout
        .trimEnd()
        .split('\n')
        .map(line => JSON.parse(line)),
    ).toEqual([
      {
        startedAt: '2001-11-12T00:00:00.000Z',
        detectedAt: '2001-11-19T00:00:00.000Z',
        endedAt: '2001-12-31T00:00:00.000Z',
        count: 145,
        expected: expect.any(Number),
        ratio: expect.any(Number),
      },
    ]);
  });

  it('finds the same in the same counts as a Prometheus query_range', async () => {
    const rows = readFileSync(COUNTS, 'utf8').trim().split('\n').slice(1);
    const values = rows.map(row => [Date.parse(row.split(',')[0]!) / 1_000, row.split(',')[1]]);
    const answer = { status: 'success', data: { resultType: 'matrix', result: [{ metric: {}, values }] } };
    const file = fileOf('range.json', JSON.stringify(answer));
    const [csv, json] = await Promise.all(
      [COUNTS, file].map(counts => closewatch(['backtest', '--counts', counts, '--json'])),
    );
    expect(json).toEqual(csv);
  });

  it('says it in words without --json', async () => {
    const { stdout } = await closewatch(['backtest', '--counts', COUNTS]);
    expect(stdout).toMatch(
      /^145 where [\d.]+ were expected \(\d+x\): from 2001-11-12T00:00:00.000Z, found at 2001-11-19T00:00:00.000Z, until 2001-12-31T00:00:00.000Z\n$/,
    );
  });

  it('exits with 0 and no output where nothing is out of the ordinary', async () => {
    const file = fileOf(
      'quiet.csv',
      `time,count\n${Array.from({ length: 50 }, (_, bin) => `${bin * 60},${bin % 2}`).join('\n')}\n`,
    );
    const { exitCode, stdout } = await closewatch(['backtest', '--counts', file, '--json']);
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: '' });
  });

  it('exits with 2 and names file, line, what was expected and what came', async () => {
    const file = fileOf('bad.csv', 'time,count\n0,1\n60,one\n');
    expect(await closewatch(['backtest', '--counts', file])).toEqual({
      exitCode: 2,
      stdout: '',
      stderr: `closewatch: ${file}: line 3: expected a count from 0 on, got "one"\n`,
    });
    const missing = join(folder, 'missing.csv');
    const { exitCode, stderr } = await closewatch(['backtest', '--counts', missing]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(`${missing}: expected a file of counts: ENOENT`);
  });
});
