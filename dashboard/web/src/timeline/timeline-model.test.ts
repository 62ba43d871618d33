import { expect, it } from 'vitest';
import type { Delivery } from '../../../src/delivery.ts';
import { payloadBugVerdict, waveBin } from '../../../src/testdata/rows.ts';
import { type TimelineInput, timelineModel } from './timeline-model.ts';

const from = Date.parse('2026-11-23T09:51:00Z');
const to = Date.parse('2026-11-23T10:06:00Z');

const input = (changes: Partial<TimelineInput> = {}): TimelineInput => ({
  window: { from, to },
  now: to,
  bins: [waveBin()],
  verdicts: [],
  deploys: [],
  deliveries: {},
  width: 1068, // A rail of 124 and a scale of 44 leave 900 px for 900 s: a pixel a second.
  isPhone: false,
  ...changes,
});

const delivered: Delivery = {
  id: 'message-1',
  verdictId: 'bug-1',
  channel: 'on-call',
  type: 'verdict.opened',
  state: 'delivered',
  attempts: 1,
  createdAt: '2026-11-23T10:00:31.000Z',
  dueAt: null,
  deliveredAt: '2026-11-23T10:00:32.000Z',
  problem: null,
};

it('puts the payload bugs below all closes, on a scale of their own', () => {
  const { layout, closes, bugs } = timelineModel(input());
  expect([closes.top, bugs.top]).toEqual([40, 4]);
  expect([layout.closes.height, layout.bugs.height]).toEqual([164, 84]);
  expect(layout.bugs.top - layout.closes.top - layout.closes.height).toBe(26);
});

it('begins a bracket at the estimated start, dots it where the page went out, and leaves it open', () => {
  const { brackets } = timelineModel(input({ verdicts: [payloadBugVerdict()], deliveries: { 'bug-1': [delivered] } }));
  expect(brackets).toEqual([
    {
      id: 'bug-1',
      code: '1007',
      label: '1007 bug spike, open for 5 min 46 s',
      from: 124 + 554,
      to: 124 + 900,
      isCut: false,
      isOpen: true,
      row: 0,
      dots: [124 + 572],
    },
  ]);
});

it('puts a wave that overlaps a bug into a row of its own, below, and without a colour once it is over', () => {
  const wave = payloadBugVerdict({
    id: 'wave-1',
    kind: 'deploy_wave',
    severity: 'info',
    status: 'ended',
    startedAt: '2026-11-23T10:00:00.000Z',
    endedAt: '2026-11-23T10:02:50.000Z',
  });
  const { brackets, layout } = timelineModel(input({ verdicts: [wave, payloadBugVerdict()] }));
  expect(brackets.map(({ id, row, code }) => [id, row, code])).toEqual([
    ['bug-1', 0, '1007'],
    ['wave-1', 1, null],
  ]);
  expect(layout.brackets).toHaveLength(2);
});

it('cuts a bracket that began before the window, and leaves out what is withdrawn or was over by then', () => {
  const { brackets } = timelineModel(
    input({
      verdicts: [
        payloadBugVerdict({ id: 'early', startedAt: '2026-11-23T09:00:00.000Z' }),
        payloadBugVerdict({ id: 'taken back', status: 'withdrawn' }),
        payloadBugVerdict({ id: 'over', startedAt: '2026-11-23T09:00:00.000Z', endedAt: '2026-11-23T09:30:00.000Z' }),
      ],
    }),
  );
  expect(brackets.map(({ id, from: left, isCut }) => [id, left, isCut])).toEqual([['early', 124, true]]);
});

it('runs a deploy behind both lanes, and labels the newer one where two labels do not fit', () => {
  const deploy = { environment: null, fromVersion: '1.8.1', version: '1.8.2', endedAt: '2026-11-23T10:02:00.000Z' };
  const { bands } = timelineModel(
    input({
      deploys: [
        { ...deploy, service: 'chat', startedAt: '2026-11-23T10:00:00.000Z', source: 'inferred' },
        { ...deploy, service: 'gateway', startedAt: '2026-11-23T10:00:30.000Z', source: 'marker' },
      ],
    }),
  );
  expect(
    bands.map(({ label, from: left, to: right, isInferred, isLabelled }) => [
      label,
      left,
      right,
      isInferred,
      isLabelled,
    ]),
  ).toEqual([
    ['gateway 1.8.1 → 1.8.2', 124 + 570, 124 + 660, false, true],
    ['chat 1.8.1 → 1.8.2, inferred', 124 + 540, 124 + 660, true, false],
  ]);
});
