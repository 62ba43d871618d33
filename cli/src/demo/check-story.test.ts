import type { Verdict, VerdictEvent } from '@closewatch/analyzer';
import { expect, it } from 'vitest';
import { checkStory, type StoryOutcome } from './check-story.ts';
import type { FleetTruth } from './fleet-line.ts';

const truth: FleetTruth = {
  type: 'truth',
  seed: 1,
  service: 'gateway',
  environment: 'demo',
  deploys: ['1.8.1', '1.8.2'],
  clientVersion: '5.2.0',
  signature: 'gzip',
  defect: 'invalid_utf8',
  offset: 1,
  sender: 'client',
};

const common = { service: 'gateway', environment: 'demo', status: 'open', closes: 40, clients: 40 };
const bug = {
  ...common,
  id: 'v-bug',
  kind: 'payload_bug',
  severity: 'page',
  startedAt: '2026-11-23T10:00:14.000Z',
  cohort: [{ attribute: 'websocket.client.version', value: '5.2.0' }],
  payload: { defect: 'invalid_utf8', signature: 'gzip', offset: 1, sender: 'client' },
  deploy: { version: '1.8.2', relation: 'began_inside', secondsAfterStart: 14 },
} as Verdict;
const wave = (version: string, startedAt: string) =>
  ({ ...common, id: `v-${version}`, kind: 'deploy_wave', severity: 'info', startedAt, deploy: { version } }) as Verdict;
const verdicts = [wave('1.8.1', '2026-11-23T09:59:00.000Z'), wave('1.8.2', '2026-11-23T10:00:00.000Z'), bug];
const page: VerdictEvent = { type: 'verdict.opened', timestamp: '2026-11-23T10:00:32.000Z', data: bug };
const right: StoryOutcome = {
  truth,
  verdicts,
  pages: [page],
  replayed: verdicts.map(verdict => ({ ...verdict, id: `other ${verdict.id}` })),
};

it('finds nothing wrong with the right verdicts, whatever the ids of the replay', () => {
  expect(checkStory(right)).toEqual([]);
});

it('says what is missing, what is too much and what differs', () => {
  expect(checkStory({ ...right, pages: [] })).toEqual(['pages sent: expected ["verdict.opened payload_bug"], got []']);
  expect(checkStory({ ...right, pages: [page, page] })).toHaveLength(1);
  const blind = [wave('1.8.1', '2026-11-23T09:59:00.000Z')];
  expect(checkStory({ ...right, verdicts: blind, replayed: blind })).toEqual([
    'payload bugs: expected 1, got 0',
    'deploy waves: expected ["1.8.1","1.8.2"], got ["1.8.1"]',
  ]);
  const wrongCohort = { ...bug, cohort: [{ attribute: 'cloud.region', value: 'eu-west-1' }] };
  const misled = [...verdicts.slice(0, 2), wrongCohort];
  expect(checkStory({ ...right, verdicts: misled, replayed: misled })).toEqual([
    'cohort: expected [{"attribute":"websocket.client.version","value":"5.2.0"}], got [{"attribute":"cloud.region","value":"eu-west-1"}]',
  ]);
});

it('compares the replay as whole objects', () => {
  const replayed = [...verdicts.slice(0, 2), { ...bug, closes: 41 }];
  expect(checkStory({ ...right, replayed })).toHaveLength(1);
});
