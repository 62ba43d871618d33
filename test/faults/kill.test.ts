import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CollectorPhase, createCollector, openDuckDbStore, type Store } from '@closewatch/collector';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { mulberry32 } from './mulberry32.ts';
import { closeSpans, type Encoding, OtlpClient, type Span } from './otlp-client.ts';

/** Requests under way at the same time. */
const LANES = 4;
const SPANS_PER_REQUEST = 20;

/** Where a process ends: after the phase has come `occurrence` times, and so many milliseconds later. */
interface Point {
  seed: number;
  phase: CollectorPhase;
  occurrence: number;
  delayMs: number;
  encoding: Encoding;
}

/** Before, in and after a commit; most of them in it, where a delay decides how far it got. */
const PHASES: CollectorPhase[] = [
  ...(['received', 'decoded', 'commit_begin'] as const),
  ...(['commit_sent', 'commit_sent', 'commit_sent', 'commit_sent'] as const),
  ...(['commit_end', 'commit_end', 'answered'] as const),
];

const POINTS = PHASES.map((phase, index) => seededPoint(index + 1, phase));

/** With more occurrences than lanes, something has been answered before the end. */
function seededPoint(seed: number, phase: CollectorPhase): Point {
  const random = mulberry32(seed);
  return {
    seed,
    phase,
    occurrence: LANES + 1 + Math.floor(random() * 6),
    delayMs: phase === 'commit_sent' ? random() * 12 : 0,
    encoding: seed % 2 === 0 ? 'json' : 'protobuf',
  };
}

interface Sent {
  answered: Span[];
  unanswered: Span[];
}

/** Sends request after request until the collector is gone. One that a busy machine let time out is not answered either. */
async function sendUntilItDies(collector: ChildProcess, port: number, encoding: Encoding): Promise<Sent> {
  const client = new OtlpClient(port, encoding);
  const sent: Sent = { answered: [], unanswered: [] };
  const lane = async () => {
    for (;;) {
      const spans = closeSpans(SPANS_PER_REQUEST);
      const isAnswered = await client.send(spans);
      sent[isAnswered ? 'answered' : 'unanswered'].push(...spans);
      if (!isAnswered && collector.signalCode !== null) return;
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  await client.shutdown();
  return sent;
}

async function runUntilKilled(folder: string, traceFile: string, point: Point): Promise<Sent> {
  const script = join(import.meta.dirname, 'collector-that-dies.ts');
  const args = [script, folder, traceFile, point.phase, String(point.occurrence), String(point.delayMs)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  const [port] = await once(child.stdout, 'data');
  const sent = await sendUntilItDies(child, Number(port), point.encoding);
  const [, signal] = await exited;
  expect(signal).toBe('SIGKILL');
  return sent;
}

/** How often each span is stored, by span id. */
async function storedTimes(store: Store): Promise<Map<string, number>> {
  const { events } = await store.readEventsAfter(0, 1_000_000);
  return new Map([...Map.groupBy(events, event => event.spanId)].map(([spanId, rows]) => [spanId, rows.length]));
}

const ids = (spans: readonly Span[]) => spans.map(span => span.spanContext().spanId);
const eachOnce = (spanIds: readonly string[]) => new Map(spanIds.map(spanId => [spanId, 1]));

describe('a collector that is killed with SIGKILL', () => {
  let folder: string;
  let traceFile: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'closewatch-kill-'));
    traceFile = join(folder, 'trace');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it.each(POINTS)(
    'at seed $seed ($phase, time $occurrence, $encoding) keeps every span of an answered request, once',
    async point => {
      const data = join(folder, 'data');
      const { answered, unanswered } = await runUntilKilled(data, traceFile, point);

      const trace = readFileSync(traceFile, 'utf8').trim().split('\n') as CollectorPhase[];
      const times = (phase: CollectorPhase) => trace.filter(passed => passed === phase).length;
      if (point.phase === 'commit_sent') {
        expect(times('commit_sent')).toBeGreaterThanOrEqual(point.occurrence);
        expect(times('commit_end')).toBe(times('commit_sent') - 1);
      } else {
        expect(times(point.phase)).toBe(point.occurrence);
        expect(trace.at(-1)).toBe(point.phase);
      }
      expect(answered.length).toBeGreaterThan(0);
      expect(unanswered.length).toBeGreaterThan(0);

      const store = await openDuckDbStore({ folder: data });
      const survived = await storedTimes(store);
      expect(new Map(ids(answered).map(spanId => [spanId, survived.get(spanId)]))).toEqual(eachOnce(ids(answered)));
      const collector = createCollector({ store, port: 0, groupMs: 10 });
      const client = new OtlpClient((await collector.start()).port, point.encoding);
      for (let start = 0; start < unanswered.length; start += SPANS_PER_REQUEST) {
        expect(await client.send(unanswered.slice(start, start + SPANS_PER_REQUEST))).toBe(true);
      }
      expect(await storedTimes(store)).toEqual(eachOnce(ids([...answered, ...unanswered])));
      await client.shutdown();
      await collector.stop();
      await store.close();
    },
  );
});
