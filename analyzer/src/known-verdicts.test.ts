import { describe, expect, it } from 'vitest';
import { KnownVerdicts } from './known-verdicts.ts';
import type { Verdict } from './verdict.ts';

const NOW = Date.parse('2026-11-23T11:00:00Z');
const HOUR = 3_600_000;
const opened: Verdict = {
  id: 'v-aaaaaaa',
  kind: 'payload_bug',
  status: 'open',
  severity: 'page',
  service: 'gateway',
  environment: 'prod',
  startedAt: new Date(NOW - 60_000).toISOString(),
  detectedAt: new Date(NOW - 50_000).toISOString(),
  endedAt: null,
  confidence: 0.99,
  closes: 10,
  clients: 5,
  headline: '1007 bug spike in gateway',
  mend: '',
  evidence: [],
  dismissed: [],
};

describe('the verdicts that are known', () => {
  it('forget a withdrawn one a day after its withdrawal, and no open one', () => {
    const known = new KnownVerdicts();
    known.keep([opened, { ...opened, id: 'v-bbbbbbb', service: 'chat' }], [], NOW);
    const stillSaid = [known.verdicts.get('v-bbbbbbb')!];
    const { changed, events } = known.compare(stillSaid, NOW, () => false);
    expect(known.recordsOf(changed, events).verdicts).toMatchObject([
      { id: 'v-aaaaaaa', status: 'withdrawn', endedAt: NOW },
    ]);
    known.keep(changed, events, NOW);
    known.keep([], [], NOW + 24 * HOUR);
    expect([...known.verdicts.keys()]).toEqual(['v-aaaaaaa', 'v-bbbbbbb']);
    known.keep([], [], NOW + 24 * HOUR + 1);
    expect([...known.verdicts.keys()]).toEqual(['v-bbbbbbb']);
    expect([...known.told.keys()]).toEqual([]);
  });

  it('are open since the earliest start of those that are not over', () => {
    const known = new KnownVerdicts();
    expect(known.openSince()).toBe(Number.POSITIVE_INFINITY);
    const iso = (hoursAgo: number) => new Date(NOW - hoursAgo * HOUR).toISOString();
    const provisional = { ...opened, id: 'v-bbbbbbb', status: 'provisional', startedAt: iso(30) } as const;
    const ended = { ...opened, id: 'v-ccccccc', status: 'ended', startedAt: iso(40), endedAt: iso(1) } as const;
    known.keep([opened, provisional, ended], [], NOW);
    expect(known.openSince()).toBe(NOW - 30 * HOUR);
  });
});
