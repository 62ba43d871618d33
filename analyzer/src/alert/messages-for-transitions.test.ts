import { describe, expect, it } from 'vitest';
import type { VerdictEvent, VerdictEventType } from '../analyzer.ts';
import type { Verdict } from '../verdict.ts';
import { messagesForTransitions } from './messages-for-transitions.ts';

const channels = [{ name: 'oncall' }];

function verdictOf(facts: Partial<Verdict> = {}): Verdict {
  return {
    id: 'v-1',
    kind: 'payload_bug',
    status: 'open',
    severity: 'page',
    service: 'gateway',
    environment: 'prod',
    startedAt: '2026-11-23T10:00:14.000Z',
    detectedAt: '2026-11-23T10:00:31.000Z',
    endedAt: null,
    confidence: 0.998,
    closes: 214,
    clients: 57,
    headline: '1007 bug spike in gateway: client 5.2.0 sends gzip as text',
    mend: 'Send compressed bytes in a binary frame, or decompress first.',
    evidence: [],
    dismissed: [],
    ...facts,
  };
}

function event(type: VerdictEventType, minute: number, facts: Partial<Verdict> = {}): VerdictEvent {
  return { type, timestamp: `2026-11-23T10:0${minute}:00.000Z`, data: verdictOf(facts) };
}

/** Types of the events that messages were made for, with the verdict as it was before. */
function told(transitions: VerdictEvent[], before?: Verdict): string[] {
  const known = new Map(before === undefined ? [] : [[before.id, before]]);
  return messagesForTransitions(transitions, channels, known, new Map()).map(message => JSON.parse(message.body).type);
}

describe('messagesForTransitions', () => {
  it('tells of a page at its opening and at its end, and not of what it grows to between', () => {
    const life = [
      event('verdict.opened', 0),
      event('verdict.updated', 1, { closes: 400 }),
      event('verdict.ended', 2, { status: 'ended' }),
    ];
    expect(told(life)).toEqual(['verdict.opened', 'verdict.ended']);
    expect(told(life.slice(1, 2), verdictOf())).toEqual([]);
    expect(told(life.slice(2), verdictOf())).toEqual(['verdict.ended']);
  });

  it('tells of a notice only once it is upgraded', () => {
    const notice = { severity: 'notice' as const };
    expect(told([event('verdict.opened', 0, notice)])).toEqual([]);
    expect(told([event('verdict.updated', 1)], verdictOf(notice))).toEqual(['verdict.updated']);
    expect(told([event('verdict.ended', 1, { ...notice, status: 'ended' })], verdictOf(notice))).toEqual([]);
  });

  it('tells of a page that is withdrawn, and of one that reopens', () => {
    expect(told([event('verdict.withdrawn', 1, { status: 'withdrawn' })], verdictOf())).toEqual(['verdict.withdrawn']);
    const ended = verdictOf({ status: 'ended' });
    expect(told([event('verdict.updated', 3)], ended)).toEqual(['verdict.updated']);
    expect(told([event('verdict.opened', 3), event('verdict.updated', 4)], ended)).toEqual(['verdict.opened']);
  });

  it.each(['deploy_wave', 'restart_wave', 'unexpected_restart'] as const)('tells nothing of a %s', kind => {
    expect(told([event('verdict.opened', 0, { kind })])).toEqual([]);
  });

  it('gives the same transition the same id, and every other one another', () => {
    const ids = (at: number, told: number, names: string[]) =>
      messagesForTransitions(
        [event('verdict.opened', at)],
        names.map(name => ({ name })),
        new Map(),
        new Map([['v-1', told]]),
      ).map(({ id }) => id);
    expect(ids(0, 0, ['oncall'])).toEqual(ids(1, 0, ['oncall']));
    expect(new Set([...ids(0, 0, ['oncall', 'sdk-team']), ...ids(0, 2, ['oncall'])]).size).toBe(3);
  });

  it('gives every transition of one verdict another id', () => {
    const reopens = [
      event('verdict.updated', 0),
      event('verdict.ended', 1, { status: 'ended' }),
      event('verdict.updated', 2),
      event('verdict.ended', 3, { status: 'ended' }),
    ];
    const messages = messagesForTransitions(reopens, channels, new Map(), new Map());
    expect(new Set(messages.map(({ id }) => id)).size).toBe(4);
  });

  it('carries the event as it is, due at once', () => {
    const opened = event('verdict.opened', 0);
    const [message] = messagesForTransitions([opened], channels, new Map(), new Map());
    expect(message).toMatchObject({ verdictId: 'v-1', channel: 'oncall', createdAt: 1795428000000 });
    expect(message?.id).toMatch(/^msg_[\w-]{27}$/);
    expect(JSON.parse(message!.body)).toEqual(opened);
  });
});
