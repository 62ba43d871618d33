import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DeployMarker, OutboxMessage, Store, VerdictRecord, VerdictTransition } from '../store.ts';
import { TEN_O_CLOCK } from '../testdata/close-event.ts';
import { ENGINES } from './engines.fixture.ts';

function verdict(id: string, fields: Partial<VerdictRecord> = {}): VerdictRecord {
  return {
    id,
    kind: 'payload_bug',
    status: 'open',
    service: 'gateway',
    environment: 'prod',
    startedAt: TEN_O_CLOCK,
    endedAt: null,
    document: { id, headline: `"${id}" ends in \ud800`, nested: { list: [1, null] } },
    ...fields,
  };
}

function transition(verdictId: string, type: string, at: number): VerdictTransition {
  return { verdictId, type, at, document: { type } };
}

function message(id: string, fields: Partial<OutboxMessage> = {}): OutboxMessage {
  return { id, verdictId: 'v1', channel: 'webhook', body: '{"a": 1}', createdAt: TEN_O_CLOCK, ...fields };
}

function marker(id: string, fields: Partial<DeployMarker> = {}): DeployMarker {
  const where = { service: 'gateway', environment: null, version: '1.8.2', link: null };
  return { id, ...where, startedAt: TEN_O_CLOCK, finishedAt: null, ...fields };
}

const NOTHING = { verdicts: [], transitions: [], messages: [] };

describe.each(ENGINES)('verdicts, messages and deploys in the store, on $name', ({ open }) => {
  let folder: string;
  let store: Store;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'closewatch-'));
    store = await open(folder);
  });
  afterEach(async () => {
    await store.close();
    rmSync(folder, { recursive: true });
  });
  async function reopen() {
    await store.close();
    store = await open(folder);
  }

  it('gives verdicts back whole after a restart, the newest first, each in its last state', async () => {
    const older = verdict('v1', { startedAt: TEN_O_CLOCK - 1_000 });
    await store.keepVerdicts({ ...NOTHING, verdicts: [older, verdict('v2')] });
    const ended = { ...older, status: 'ended', endedAt: TEN_O_CLOCK + 0.5 };
    await store.keepVerdicts({ ...NOTHING, verdicts: [ended] });
    await reopen();
    expect(await store.readVerdicts({})).toEqual([verdict('v2'), ended]);
  });

  it('finds verdicts by each field of a query', async () => {
    const ended = { kind: 'deploy_wave', status: 'ended', environment: null, endedAt: TEN_O_CLOCK + 1_000 };
    await store.keepVerdicts({
      ...NOTHING,
      verdicts: [verdict('open'), verdict('ended', { ...ended, service: 'chat' })],
    });
    const found = async (query: Parameters<Store['readVerdicts']>[0]) =>
      (await store.readVerdicts(query)).map(({ id }) => id);
    expect(await found({ id: 'open' })).toEqual(['open']);
    expect(await found({ service: 'chat' })).toEqual(['ended']);
    expect(await found({ environment: 'prod' })).toEqual(['open']);
    expect(await found({ kind: 'deploy_wave' })).toEqual(['ended']);
    expect(await found({ status: 'open', service: 'chat' })).toEqual([]);
    expect(await found({ limit: 1 })).toEqual(['ended']);
    expect(await found({ from: TEN_O_CLOCK + 1_001 })).toEqual(['open']);
    expect(await found({ from: TEN_O_CLOCK + 1_000, to: TEN_O_CLOCK + 2_000 })).toEqual(['ended', 'open']);
    expect(await found({ to: TEN_O_CLOCK })).toEqual([]);
  });

  it('keeps transitions in the order in which they came, whatever their times say', async () => {
    const steps = [
      transition('v1', 'verdict.opened', TEN_O_CLOCK),
      transition('v1', 'verdict.updated', TEN_O_CLOCK - 5),
      transition('v1', 'verdict.ended', TEN_O_CLOCK - 5),
    ];
    await store.keepVerdicts({ ...NOTHING, transitions: steps.slice(0, 2) });
    await store.keepVerdicts({ ...NOTHING, transitions: [transition('v2', 'verdict.opened', 0), steps[2]!] });
    await reopen();
    expect(await store.readTransitions('v1')).toEqual(steps);
  });

  it('keeps verdicts, transitions and messages together or not at all', async () => {
    const unkept = {
      verdicts: [verdict('v1')],
      transitions: [transition('v1', 'verdict.opened', TEN_O_CLOCK)],
      messages: [message('m1'), message('m2', { createdAt: Number.POSITIVE_INFINITY })],
    };
    await expect(store.keepVerdicts(unkept)).rejects.toThrow();
    expect(await store.readVerdicts({})).toEqual([]);
    expect(await store.readTransitions('v1')).toEqual([]);
    expect(await store.readOutbox({ limit: 10 })).toEqual([]);
  });

  it('queues a message once, and owes it until it is delivered', async () => {
    await store.keepVerdicts({ ...NOTHING, messages: [message('m1'), message('m2', { createdAt: TEN_O_CLOCK + 1 })] });
    await store.keepVerdicts({ ...NOTHING, messages: [message('m1', { body: 'another' })] });
    const due = { ...message('m1'), attempts: 0, dueAt: TEN_O_CLOCK };
    expect(await store.readDueMessages(TEN_O_CLOCK - 1, 10)).toEqual([]);
    expect(await store.readDueMessages(TEN_O_CLOCK, 10)).toEqual([due]);
    expect((await store.readDueMessages(TEN_O_CLOCK + 1, 10)).map(({ id }) => id)).toEqual(['m1', 'm2']);
    await store.recordDelivery('m1', { state: 'delivered', at: TEN_O_CLOCK + 7, status: 204 });
    await reopen();
    expect((await store.readDueMessages(TEN_O_CLOCK + 1, 10)).map(({ id }) => id)).toEqual(['m2']);
    await store.keepVerdicts({ ...NOTHING, messages: [message('m1')] });
    expect(await store.readOutbox({ verdictId: 'v1', limit: 10 })).toMatchObject([
      { id: 'm2', state: 'due', attempts: 0, deliveredAt: null, problem: null },
      { id: 'm1', state: 'delivered', attempts: 1, deliveredAt: TEN_O_CLOCK + 7, problem: null, body: '{"a": 1}' },
    ]);
  });

  it('puts a message that is tried again off to its next time, and gives up one that has failed', async () => {
    await store.keepVerdicts({ ...NOTHING, messages: [message('m1')] });
    const retry = { state: 'retry', at: TEN_O_CLOCK, dueAt: TEN_O_CLOCK + 30_000, problem: 'got 500' } as const;
    await store.recordDelivery('m1', retry);
    expect(await store.readDueMessages(TEN_O_CLOCK + 29_999, 10)).toEqual([]);
    const [again] = await store.readDueMessages(TEN_O_CLOCK + 30_000, 10);
    expect(again).toEqual({ ...message('m1'), attempts: 1, dueAt: TEN_O_CLOCK + 30_000 });
    await store.recordDelivery('m1', { state: 'failed', at: TEN_O_CLOCK + 30_001, problem: 'got 410' });
    expect(await store.readDueMessages(Number.MAX_SAFE_INTEGER / 1000, 10)).toEqual([]);
    expect(await store.readOutbox({ limit: 1 })).toMatchObject([{ state: 'failed', attempts: 2, problem: 'got 410' }]);
    expect(await store.readOutbox({ verdictId: 'another', limit: 1 })).toEqual([]);
  });

  it('refuses the outcome of a message that was never queued', async () => {
    const outcome = { state: 'delivered', at: 0, status: 200 } as const;
    await expect(store.recordDelivery('nobody', outcome)).rejects.toMatchObject({ code: 'STORE_NO_SUCH_MESSAGE' });
  });

  it('keeps a deploy marker by its id, and finds those that overlap a time', async () => {
    await store.keepDeploy(marker('d1', { link: 'https://example.test/1' }));
    await store.keepDeploy(marker('d2', { startedAt: TEN_O_CLOCK + 60_000 }));
    await store.keepDeploy(marker('d1', { finishedAt: TEN_O_CLOCK + 10_000, environment: 'prod' }));
    await reopen();
    const first = marker('d1', { finishedAt: TEN_O_CLOCK + 10_000, environment: 'prod' });
    const second = marker('d2', { startedAt: TEN_O_CLOCK + 60_000 });
    expect(await store.readDeploys(TEN_O_CLOCK, TEN_O_CLOCK + 90_000)).toEqual([first, second]);
    expect(await store.readDeploys(TEN_O_CLOCK + 10_001, TEN_O_CLOCK + 90_000)).toEqual([second]);
    expect(await store.readDeploys(0, TEN_O_CLOCK + 60_000)).toEqual([first]);
  });

  it('keeps a silence by its id, and finds those that have not ended', async () => {
    const silence = {
      id: 's1',
      matchers: [{ name: 'service', value: 'gate"way' }],
      startsAt: TEN_O_CLOCK,
      endsAt: TEN_O_CLOCK + 1_000,
      author: 'ann',
      reason: 'rolling back',
    };
    await store.keepSilence({ ...silence, reason: 'looking' });
    await store.keepSilence(silence);
    await store.keepSilence({ ...silence, id: 's0', startsAt: TEN_O_CLOCK + 1, endsAt: TEN_O_CLOCK + 5_000 });
    await reopen();
    expect((await store.readSilences()).map(({ id }) => id)).toEqual(['s1', 's0']);
    expect(await store.readSilences(TEN_O_CLOCK + 999)).toMatchObject([silence, { id: 's0' }]);
    expect((await store.readSilences(TEN_O_CLOCK + 1_000)).map(({ id }) => id)).toEqual(['s0']);
  });

  it('keeps what is usual of each service, gives the last before a time, and forgets what is older than asked for', async () => {
    const usual = (service: string, environment: string | null, at: number, rate: number) => ({
      service,
      environment,
      at: TEN_O_CLOCK + at,
      document: { rate },
    });
    await store.keepBaselines([usual('gateway', 'prod', 0, 1), usual('gateway', null, 0, 2)], 0);
    await store.keepBaselines([usual('gateway', 'prod', 1_000, 3), usual('chat', null, 1_000, 4)], 0);
    await store.keepBaselines([usual('gateway', 'prod', 1_000, 5)], 0);
    await reopen();
    const rates = async (until: number) =>
      (await store.readBaselines(TEN_O_CLOCK + until)).map(one => [one.service, one.environment, one.document.rate]);
    const first = [
      ['gateway', null, 2],
      ['gateway', 'prod', 1],
    ];
    expect(await rates(999)).toEqual(first);
    const all = [
      ['chat', null, 4],
      ['gateway', null, 2],
      ['gateway', 'prod', 5],
    ];
    expect(await rates(1_000)).toEqual(all);
    await store.keepBaselines([], TEN_O_CLOCK + 1);
    expect(await rates(999)).toEqual([]);
    expect(await rates(1_000)).toEqual([all[0], all[2]]);
  });
});
