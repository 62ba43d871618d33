import { expect, it } from 'vitest';
import type { Delivery } from '../../../src/delivery.ts';
import { payloadBugVerdict } from '../../../src/testdata/rows.ts';
import { openVerdicts } from './lead.ts';
import { deployText, factAndRest, headlineParts, kickerText, pageStates, statusText, sureText } from './words.ts';

const NOW = Date.parse('2026-11-23T10:06:10.000Z');

it('says kind, severity, how long and how sure', () => {
  const verdict = payloadBugVerdict();
  expect(kickerText(verdict)).toBe('Payload bug, paging.');
  expect(statusText(verdict, NOW)).toBe('Open for 5 min 56 s');
  expect(sureText(verdict.confidence)).toBe('99.8\u00a0% sure');
  expect(sureText(1)).toBe('over 99.9\u00a0% sure');
});

it('speaks of what is over in the past', () => {
  const ended = payloadBugVerdict({ status: 'ended', endedAt: '2026-11-23T10:20:14.000Z' });
  expect(kickerText(ended)).toBe('Payload bug, paged.');
  expect(statusText(ended, NOW)).toBe('Ended after 20 min');
  expect(kickerText(payloadBugVerdict({ kind: 'deploy_wave', severity: 'info' }))).toBe('Deploy wave, expected.');
});

it('says how the verdict stands to a deploy, and whether a rollback helps', () => {
  const deploy = { version: '1.8.2', relation: 'began_inside' as const, secondsAfterStart: 14 };
  const words = (rollback?: 'would_help' | 'would_not_help' | 'unknown') =>
    deployText(payloadBugVerdict({ deploy: rollback === undefined ? deploy : { ...deploy, rollback } }));
  expect(words('would_not_help')).toEqual({ fact: '14 s into deploy 1.8.2', rest: '; a rollback would not help.' });
  expect(words('would_help')?.rest).toBe('; a rollback would help.');
  expect(words('unknown')?.rest).toBe('; whether a rollback helps is not known yet.');
  expect(words()?.rest).toBe('.');
  expect(deployText(payloadBugVerdict({ deploy: { ...deploy, relation: 'none' } }))).toBeNull();
  expect(deployText(payloadBugVerdict({ kind: 'deploy_wave' }))).toBeNull();
});

it('tells for each channel whether the page was sent, is owed or failed', () => {
  const delivery: Delivery = {
    id: '1',
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
  const owed: Delivery = { ...delivery, channel: 'chat', state: 'due', deliveredAt: null, attempts: 2, problem: '503' };
  const end: Delivery = { ...delivery, channel: 'mail', type: 'verdict.ended' };
  expect(pageStates([delivery, owed, end])).toEqual([
    { state: 'sent', channel: 'on-call', at: Date.parse('2026-11-23T10:00:32.000Z') },
    { state: 'owed', channel: 'chat', attempts: 2, problem: '503' },
  ]);
});

it('cuts a sentence after its fact, and leaves the commas of numbers alone', () => {
  expect(factAndRest('12,431 closes, as expected.')).toEqual({ fact: '12,431 closes', rest: ', as expected.' });
  expect(factAndRest('Server 1.8.2: 1.8.1 has as many.')).toEqual({
    fact: 'Server 1.8.2:',
    rest: ' 1.8.1 has as many.',
  });
  expect(factAndRest('Nothing to cut.')).toEqual({ fact: 'Nothing to cut.', rest: '' });
});

it('cuts a headline into what and who', () => {
  const headline = '1007 bug spike in gateway: client 5.2.0 sends gzip as text';
  expect(headlineParts(headline)).toEqual({
    what: '1007 bug spike in gateway:',
    who: ' client 5.2.0 sends gzip as text',
  });
});

it('leads with the newest of the verdicts that page', () => {
  const verdicts = [
    payloadBugVerdict({ id: 'wave', severity: 'info', startedAt: '2026-11-23T10:05:00.000Z' }),
    payloadBugVerdict({ id: 'older page', startedAt: '2026-11-23T09:00:00.000Z' }),
    payloadBugVerdict({ id: 'newer page', startedAt: '2026-11-23T10:00:00.000Z' }),
    payloadBugVerdict({ id: 'over', status: 'ended', startedAt: '2026-11-23T10:04:00.000Z' }),
  ];
  expect(openVerdicts(verdicts).map(({ id }) => id)).toEqual(['newer page', 'older page', 'wave']);
});
