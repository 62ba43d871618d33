import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomFrom } from '../event.fixture.ts';
import type { AnalyzedEvent } from '../facts/analyzed-event.ts';
import {
  exponential,
  logNormal,
  type SimulatedService,
  simulatedDurations,
} from '../idle/simulated-durations.fixture.ts';
import type { Verdict } from '../verdict.ts';
import { createEngine } from './engine.ts';

const START = Date.parse('2026-11-23T10:00:00Z') / 1000;

function historyOf(given: Partial<SimulatedService> & { seed: number }): AnalyzedEvent[] {
  const base = { startsAt: START, seconds: 3_000, opensPerSecond: 0.5, stay: exponential(300), idle: 0, timeout: 60 };
  return simulatedDurations({ ...base, random: randomFrom(given.seed), ...given });
}

function verdictsOf(batches: Iterable<readonly AnalyzedEvent[]>, evaluating = false, clock?: number): Verdict[] {
  const engine = createEngine();
  for (const batch of batches) {
    engine.ingest(batch);
    if (evaluating) engine.evaluate();
  }
  return engine.evaluate(clock);
}

const timeoutsIn = (verdicts: readonly Verdict[]) => verdicts.filter(({ kind }) => kind === 'idle_timeout');

describe('connections that a timeout between the ends drops', () => {
  it.each([
    [60, 'nginx proxy_read_timeout'],
    [100, 'Cloudflare'],
    [240, 'Azure Load Balancer'],
    [350, 'AWS NLB'],
  ])('are told with the settings that are usually behind %i s', (timeout, setting) => {
    const [verdict, ...others] = verdictsOf([historyOf({ seed: timeout, timeout, idle: 0.3, stay: exponential(900) })]);
    expect(others).toEqual([]);
    expect(verdict).toMatchObject({ kind: 'idle_timeout', severity: 'info', status: 'open', endedAt: null });
    expect(verdict!.headline).toContain(setting);
    expect(verdict!.ratio).toBeGreaterThan(3);
    expect(verdict!.detectedAt.slice(0, 11)).toBe('2026-11-23T');
  });

  it('have a headline, a mend, evidence with sources, and what they are not', () => {
    const [verdict] = verdictsOf([historyOf({ seed: 1, idle: 0.3 })]);
    expect(verdict!.headline).toBe(
      'Connections of gateway drop after 1 min of silence: usually nginx proxy_read_timeout, AWS ALB idle timeout or HAProxy timeout client/server',
    );
    expect(verdict!.mend).toMatch(/^Send a ping \(or any message\) every 30 s or more often, or raise the timeout/);
    expect(verdict!.evidence.join('\n')).toContain('https://nginx.org/en/docs/http/websocket.html');
    expect(verdict!.dismissed).toHaveLength(2);
  });

  it('are told for a round figure that nobody is known for', () => {
    const [verdict] = verdictsOf([historyOf({ seed: 2, idle: 0.4, timeout: 45 })]);
    expect(verdict!.headline).toBe('Connections of gateway drop after 45 s of silence: some proxy’s idle timeout');
  });

  it('are no verdict where the application ends them, by a code of its own or by terminate()', () => {
    const own: Partial<AnalyzedEvent>[] = [
      { code: 4000, initiator: 'local' },
      { code: 1000, initiator: 'local' },
      { code: 1006, initiator: 'local' },
    ];
    for (const how of own) {
      const events = historyOf({ seed: 3, idle: 0.3 }).map(event =>
        event.code === 1006 && event.connectionDuration! >= 60 && event.connectionDuration! <= 61
          ? { ...event, ...how }
          : event,
      );
      expect(verdictsOf([events])).toEqual([]);
    }
  });

  it('are no verdict where durations are smooth', () => {
    const smooth = [exponential(60), exponential(300), logNormal(60, 0.5), logNormal(100, 1)];
    for (const [seed, stay] of smooth.entries()) expect(verdictsOf([historyOf({ seed, stay })])).toEqual([]);
  });

  it('are told the same to the byte whatever the order of the rows, in any batches, and up to 14 minutes late', () => {
    const events = historyOf({ seed: 4, idle: 0.3, opensPerSecond: 0.3 });
    const clock = events.at(-1)!.time + 900_000;
    const inOrder = JSON.stringify(verdictsOf([events], false, clock));
    expect(inOrder).toContain('idle_timeout');
    const property = fc.property(fc.integer(), fc.boolean(), (seed, evaluating) => {
      const random = randomFrom(seed);
      const late = events
        .map(event => ({ ...event, receivedAt: event.time + (random() < 0.1 ? random() * 840_000 : random() * 5_000) }))
        .sort((a, b) => a.receivedAt - b.receivedAt);
      const batches = Array.from({ length: 20 }, (_, at) =>
        late.slice((at * late.length) / 20, ((at + 1) * late.length) / 20),
      );
      expect(JSON.stringify(verdictsOf(batches, evaluating, clock))).toBe(inOrder);
    });
    fc.assert(property, { numRuns: 5 });
  });

  it('are one verdict for as long as they go on, and end with the last of them', () => {
    const idle = historyOf({ seed: 5, idle: 0.3, seconds: 9_000, opensPerSecond: 0.2 });
    const quiet = historyOf({ seed: 6, idle: 0, seconds: 9_000, opensPerSecond: 0.2, startsAt: START + 9_000 });
    const after = quiet.map(event => ({ ...event, connectionId: `after ${event.connectionId}` }));
    const running = timeoutsIn(verdictsOf([idle]));
    expect(running).toMatchObject([{ status: 'open' }]);
    const over = timeoutsIn(verdictsOf([idle, after]));
    expect(over).toMatchObject([{ id: running[0]!.id, status: 'ended' }]);
    const last = idle.filter(event => event.code === 1006).at(-1)!.time;
    expect(Math.abs(Date.parse(over[0]!.endedAt!) - last)).toBeLessThan(1_200_000);
  });

  it('are no verdict where a fleet that opened together is cut off together', () => {
    const events = historyOf({ seed: 7, opensPerSecond: 0.2 });
    const herds = [0, 1, 2, 3, 4, 5].flatMap(round =>
      Array.from({ length: 60 }, (_, index) => {
        const openedAt = (START + 100 + round * 300) * 1000 + index * 20;
        const common = { connectionId: `h${round} ${index}`, clientId: `herd ${index}`, instance: 'pod-0' };
        return [
          { ...events[0]!, spanId: `o${round} ${index}`, ...common, kind: 'connect' as const, time: openedAt },
          {
            ...events.find(event => event.code === 1006)!,
            spanId: `c${round} ${index}`,
            ...common,
            time: openedAt + 60_000,
            connectionDuration: 60,
          },
        ];
      }).flat(),
    );
    const all = [...events, ...herds.map(event => ({ ...event, receivedAt: event.time }))].sort(
      (a, b) => a.time - b.time,
    );
    expect(timeoutsIn(verdictsOf([all]))).toEqual([]);
  });
});
