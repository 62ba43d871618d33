import { describe, expect, it } from 'vitest';
import { reconcile as reconcileBy } from './reconcile.ts';
import type { Verdict } from './verdict.ts';

const NOW = Date.parse('2026-11-23T11:00:00Z');
const iso = (minutesAgo: number) => new Date(NOW - minutesAgo * 60_000).toISOString();

function verdict(given: Partial<Verdict> = {}): Verdict {
  return {
    id: 'v-aaaaaaa',
    kind: 'payload_bug',
    status: 'open',
    severity: 'page',
    service: 'gateway',
    environment: 'prod',
    startedAt: iso(5),
    detectedAt: iso(4),
    endedAt: null,
    confidence: 0.99,
    closes: 10,
    clients: 5,
    headline: '1007 bug spike in gateway',
    mend: '',
    evidence: [],
    dismissed: [],
    ...given,
  };
}

/** With facts that speak for the end of whatever nobody says any more, unless told otherwise. */
const reconcile = (known: readonly Verdict[], evaluated: readonly Verdict[], now: number, isQuiet = true) =>
  reconcileBy(known, evaluated, now, () => isQuiet);

const typesOf = (events: readonly { type: string }[]) => events.map(event => event.type);

describe('reconciling what is said with what was said', () => {
  it('opens what is new', () => {
    const { changed, events } = reconcile([], [verdict()], NOW);
    expect(typesOf(events)).toEqual(['verdict.opened']);
    expect(changed).toEqual([verdict()]);
  });

  it('keeps the id when late rows move the start', () => {
    const { changed } = reconcile([verdict()], [verdict({ id: 'v-bbbbbbb', startedAt: iso(7) })], NOW);
    expect(changed).toMatchObject([{ id: 'v-aaaaaaa', startedAt: iso(7) }]);
  });

  it('lets each of two cases at once keep its id, whichever comes first and however their starts move', () => {
    const [early, late] = [
      verdict({ id: 'v-early', kind: 'unexpected_restart', startedAt: iso(9) }),
      verdict({ id: 'v-later', kind: 'unexpected_restart', startedAt: iso(5) }),
    ];
    const evaluated = [
      { ...early, id: 'v-new', startedAt: iso(6.5), closes: 11 },
      { ...late, closes: 12 },
    ];
    for (const said of [evaluated, evaluated.toReversed()]) {
      const { changed, events } = reconcile([early, late], said, NOW);
      expect(events).toEqual([]);
      expect(new Map(changed.map(({ id, closes }) => [id, closes]))).toEqual(
        new Map([
          ['v-early', 11],
          ['v-later', 12],
        ]),
      );
    }
  });

  it('takes neither two codes nor two timeouts for one', () => {
    const spike = verdict({ id: 'v-spike', kind: 'close_spike', code: 1011 });
    const { events } = reconcile([spike], [spike, { ...spike, id: 'v-other', code: 4001 }], NOW);
    expect(events.map(({ type, data }) => [type, data.code])).toEqual([['verdict.opened', 4001]]);
  });

  it('stores counts without making news of them', () => {
    const { changed, events } = reconcile([verdict()], [verdict({ closes: 11 })], NOW);
    expect(events).toEqual([]);
    expect(changed).toMatchObject([{ closes: 11 }]);
  });

  it('says nothing of what stays the same', () => {
    expect(reconcile([verdict()], [verdict()], NOW)).toEqual({ changed: [], events: [] });
  });

  const NEWS: [what: string, change: Partial<Verdict>][] = [
    ['severity', { severity: 'notice' }],
    ['cohort', { cohort: [{ attribute: 'websocket.client.version', value: '5.2.0' }] }],
    ['headline', { headline: 'client 5.2.0 sends gzip as text' }],
    ['kind', { kind: 'deploy_wave' }],
  ];
  for (const [what, change] of NEWS) {
    it(`tells a change of ${what}`, () => {
      const before = what === 'kind' ? verdict({ kind: 'restart_wave' }) : verdict();
      expect(typesOf(reconcile([before], [verdict(change)], NOW).events)).toEqual(['verdict.updated']);
    });
  }

  it('ends what is over, and reopens it as the same', () => {
    const ended = verdict({ status: 'ended', endedAt: iso(1) });
    expect(typesOf(reconcile([verdict()], [ended], NOW).events)).toEqual(['verdict.ended']);
    const reopened = reconcile([ended], [verdict()], NOW);
    expect(reopened.events).toMatchObject([{ type: 'verdict.updated', data: { id: 'v-aaaaaaa', status: 'open' } }]);
  });

  it('tells both of what opened and ended between two looks', () => {
    const { changed, events } = reconcile([], [verdict({ status: 'ended', endedAt: iso(1) })], NOW);
    expect(events).toMatchObject([
      { type: 'verdict.opened', data: { status: 'open', endedAt: null } },
      { type: 'verdict.ended', data: { status: 'ended', endedAt: iso(1) } },
    ]);
    expect(changed).toMatchObject([{ status: 'ended' }]);
  });

  it('withdraws what late rows took back', () => {
    const { events } = reconcile([verdict()], [], NOW);
    expect(events).toMatchObject([{ type: 'verdict.withdrawn', data: { status: 'withdrawn', endedAt: iso(0) } }]);
  });

  it('says nothing more of what was withdrawn', () => {
    const { changed } = reconcile([verdict()], [], NOW);
    expect(reconcile(changed, [], NOW + 60_000)).toEqual({ changed: [], events: [] });
  });

  it('ends what is too old to have been taken back', () => {
    const old = verdict({ startedAt: iso(2_000), detectedAt: iso(1_999) });
    expect(reconcile([old], [], NOW).events).toMatchObject([{ type: 'verdict.ended', data: { status: 'ended' } }]);
  });

  it('keeps open what is out of memory while the facts do not speak for its end', () => {
    const old = verdict({ startedAt: iso(2_000), detectedAt: iso(1_999) });
    expect(reconcile([old], [], NOW, false)).toEqual({ changed: [], events: [] });
  });

  it('takes an excess that shows again for the one that was kept open', () => {
    const old = verdict({ startedAt: iso(2_000), detectedAt: iso(1_999) });
    const { events } = reconcile([old], [verdict({ id: 'v-bbbbbbb', closes: 11 })], NOW, false);
    expect(events).toEqual([]);
  });

  it('leaves alone what ended before the horizon, known or not', () => {
    const past = { status: 'ended', startedAt: iso(90), endedAt: iso(60) } as const;
    expect(reconcile([], [verdict(past)], NOW)).toEqual({ changed: [], events: [] });
    expect(reconcile([verdict(past)], [], NOW)).toEqual({ changed: [], events: [] });
    expect(reconcile([verdict(past)], [verdict({ ...past, closes: 99 })], NOW)).toEqual({ changed: [], events: [] });
  });

  it('does not take one service for another', () => {
    const { events } = reconcile([verdict({ service: 'chat' })], [verdict({ id: 'v-bbbbbbb' })], NOW);
    expect(typesOf(events).sort()).toEqual(['verdict.opened', 'verdict.withdrawn']);
  });

  it('gives another id where one is taken', () => {
    const known = verdict({ status: 'ended', startedAt: iso(300), endedAt: iso(200) });
    const { changed } = reconcile([known], [verdict()], NOW);
    expect(changed[0]!.id).toMatch(/^v-[a-z2-7]{7}$/);
    expect(changed[0]!.id).not.toBe('v-aaaaaaa');
  });
});
