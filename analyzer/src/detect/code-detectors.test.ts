import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomFrom } from '../event.fixture.ts';
import { CodeStreams, STREAM_BIN } from '../facts/code-streams.ts';
import { BIN } from '../facts/limits.ts';
import { ServiceBins } from '../facts/service-bins.ts';
import { type CodeAlarm, CodeDetectors } from './code-detectors.ts';
import { ServiceDetector } from './service-detector.ts';
import { DETECT_DEFAULTS } from './settings.ts';

const HOUR = 3_600;
const CONNECTIONS = 300;
const BUDGET = 1;

/** One row of a stream, at a second. */
interface Row {
  stream: string;
  second: number;
  client: string;
}

/** Rows at a rate a second, each of a client of its own. */
function rowsAt(stream: string, rate: number, from: number, to: number, seed = 1): Row[] {
  const random = randomFrom(seed);
  const rows: Row[] = [];
  for (let at = from; ; ) {
    at += -Math.log(1 - random()) / rate;
    if (at >= to) return rows;
    rows.push({ stream, second: at, client: `${stream} ${seed} ${rows.length}` });
  }
}

/** A service whose connections stay open, and its streams; told row by row, and judged after each of `batches`. */
function alarmsOf(batches: readonly (readonly Row[])[], length: number, judgeEach = false): CodeAlarm[] {
  const bins = new ServiceBins();
  for (let index = 0; index < CONNECTIONS; index++) {
    bins.step(index, 'pod', 1, 0);
    bins.step(index + 10_000, 'pod', -1, 1);
  }
  for (let second = 0; second < length; second += 60) bins.speak(second * BIN, 'pod', 1);
  const codes = new CodeStreams();
  const service = new ServiceDetector(bins, DETECT_DEFAULTS, () => 0);
  const detectors = new CodeDetectors(codes, service, BUDGET);
  const judge = () => {
    for (let edge = 59; edge < length; edge += 60) {
      service.run(edge);
      detectors.run(edge);
    }
  };
  for (const batch of batches) {
    for (const { stream, second, client } of batch)
      codes.add(stream, { id: `${client} ${second}`, client, time: Math.floor(second * BIN), weight: 1, young: false });
    if (judgeEach) judge();
  }
  judge();
  return detectors.alarms();
}

const at = (seconds: number) => Math.floor((seconds * BIN) / STREAM_BIN);

describe('a rise of one code', () => {
  it('is found within half a minute where the code was never seen, dated, and ended', () => {
    const spike = rowsAt('close 1011', 1, HOUR, HOUR + 120);
    const [found, ...more] = alarmsOf([spike], 2 * HOUR);
    expect(more).toEqual([]);
    expect(found!.stream).toBe('close 1011');
    expect(found!.alarm.since).toBe(at(HOUR));
    expect(found!.alarm.detectedIn - at(HOUR)).toBeLessThan(3);
    expect(found!.alarm.sick).toBe(spike.length);
    expect(found!.alarm.endedIn).not.toBeNull();
  });

  it('is found beside a code that always comes, and that code says nothing', () => {
    const usual = rowsAt('close 4401', 0.1, 0, 3 * HOUR);
    const spike = rowsAt('close 1009', 0.3, 2 * HOUR, 2 * HOUR + 300);
    expect(alarmsOf([usual, spike], 3 * HOUR).map(({ stream }) => stream)).toEqual(['close 1009']);
  });

  it('is found among failed handshakes', () => {
    const usual = rowsAt('handshake 401', 0.02, 0, 3 * HOUR);
    const outage = rowsAt('handshake 502', 2, 2 * HOUR, 2 * HOUR + 60);
    expect(alarmsOf([usual, outage], 3 * HOUR).map(({ stream }) => stream)).toEqual(['handshake 502']);
  });

  it('is not made by one client that tries again and again', () => {
    const rows = Array.from({ length: 3_000 }, (_, index) => ({
      stream: 'close 1008',
      second: HOUR + index,
      client: 'the one',
    }));
    expect(alarmsOf([rows], 2 * HOUR)).toEqual([]);
  });
});

describe('rows of streams in any order', () => {
  it('give the same alarms to the byte, judged once or after each batch', () => {
    const rows = [
      ...rowsAt('close 1011', 0.05, 60, 1_700, 3),
      ...rowsAt('close 1011', 1.5, 900, 960, 4),
      ...rowsAt('handshake 503', 0.5, 400, 500, 5),
    ];
    const inOrder = JSON.stringify(alarmsOf([rows], 1_800));
    expect(JSON.parse(inOrder)).toHaveLength(2);
    const property = fc.property(fc.integer(), fc.boolean(), (seed, judgeEach) => {
      const random = randomFrom(seed);
      const shuffled = rows
        .map(row => ({ row, key: random() }))
        .sort((one, other) => one.key - other.key)
        .map(({ row }) => row);
      const batches = Array.from({ length: 8 }, (_, index) => shuffled.filter((_row, place) => place % 8 === index));
      expect(JSON.stringify(alarmsOf(batches, 1_800, judgeEach))).toBe(inOrder);
    });
    fc.assert(property, { numRuns: 20 });
  });
});
