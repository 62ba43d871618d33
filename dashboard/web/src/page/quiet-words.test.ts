import type { ServiceSummary } from '@closewatch/analyzer';
import { expect, it } from 'vitest';
import { payloadBugVerdict, waveBin } from '../../../src/testdata/rows.ts';
import { binsOutside, letPass, silenceOfAll, whyQuiet } from './quiet-words.ts';

const NOW = Date.parse('2026-11-23T10:05:00.000Z');
const place = { binSeconds: 10, now: NOW, zone: 'utc' as const };

const service = (name: string, lastEventAt: string): ServiceSummary => ({
  service: name,
  environment: 'prod',
  version: '1.8.1',
  previousVersion: null,
  open: 200,
  closesPerMinute: 12,
  payloadBugsPerHour: 0,
  expectedPayloadBugsPerHour: 0.5,
  lastEventAt,
});

it('says what was counted, what was expected, and who reports', () => {
  const services = [service('gateway', '2026-11-23T10:04:58.000Z'), service('chat', '2026-11-23T09:00:00.000Z')];
  expect(whyQuiet([waveBin()], 15, services, NOW)).toEqual([
    { fact: '2 payload closes in 15 min', rest: ', where 0.02 are expected.' },
    { fact: '1 of 2 report', rest: '; the newest data is 2 s old.' },
  ]);
});

it('never calls it quiet when nobody has said anything for minutes', () => {
  const silent = service('gateway', '2026-11-23T10:00:00.000Z');
  expect(silenceOfAll([silent], NOW)).toBe(5 * 60_000);
  expect(silenceOfAll([silent, service('chat', '2026-11-23T10:04:00.000Z')], NOW)).toBeNull();
  expect(silenceOfAll([], NOW)).toBeNull();
});

it('tells of lone payload bugs and of expected waves, and leaves what paged to its verdict', () => {
  const wave = payloadBugVerdict({
    id: 'wave-1',
    kind: 'deploy_wave',
    severity: 'info',
    status: 'ended',
    startedAt: '2026-11-23T09:40:00.000Z',
    endedAt: '2026-11-23T09:42:00.000Z',
    headline: 'Expected: deploy wave of gateway 1.8.1',
    reconnect: { p50: 2, p95: 4, withinWindow: 0.9, early: 0.09, late: 0.008, neverBack: 0, peakPerSecond: 40 },
  });
  const paged = payloadBugVerdict({ status: 'ended', endedAt: '2026-11-23T10:01:00.000Z' });
  const lone = waveBin({ time: '2026-11-23T10:03:10.000Z', payloadBugs: 1, payloadEquivalents: 0 });
  expect(binsOutside([paged], [waveBin(), lone], 10)).toEqual([lone]);
  expect(letPass([paged, wave], [waveBin(), lone], place)).toEqual([
    { fact: '1 payload close', rest: ', at 10:03:10: too few clients, or no more than usual, so no verdict.' },
    { fact: 'Expected: deploy wave of gateway 1.8.1', rest: ', 09:40:00, 99.8\u00a0% back.' },
  ]);
});
