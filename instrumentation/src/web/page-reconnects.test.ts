import { INVALID_SPAN_CONTEXT } from '@opentelemetry/api';
import { afterEach, describe, expect, it } from 'vitest';
import { type PageDeparture, PageReconnects } from './page-reconnects.ts';

const departure = (connectionId: string): PageDeparture => ({
  connectionId,
  endpoint: 'ws://127.0.0.1/chat ',
  attributes: {},
  code: 1012,
  closeSpan: INVALID_SPAN_CONTEXT,
  closedAt: 1000,
  attempts: 0,
});

describe('the reconnects of a page', () => {
  const reconnects = new PageReconnects();
  afterEach(() => reconnects.stop());
  const left = (id: string): number => reconnects.left(departure(id), 60_000, () => {});
  const claim = (): string | undefined => reconnects.claim('ws://127.0.0.1/chat ', 1100)?.connectionId;

  it('takes the first that left first, and each only once', () => {
    left('a');
    left('b');
    expect([claim(), claim(), claim()]).toEqual(['a', 'b', undefined]);
  });

  it('gives a departure its place back when its handshake has failed', () => {
    left('a');
    left('b');
    const claimed = reconnects.claim('ws://127.0.0.1/chat ', 1100)!;
    claimed.claimed = false;
    expect(reconnects.claim('ws://127.0.0.1/chat ', 1300)).toMatchObject({
      connectionId: 'a',
      attempts: 2,
      firstTryAt: 1100,
    });
  });

  it('waits for no more than a hundred: the oldest goes, and is counted', () => {
    const dropped = Array.from({ length: 102 }, (_, index) => left(`${index}`));
    expect(dropped.slice(98)).toEqual([0, 0, 1, 1]);
    expect(claim()).toBe('2');
  });

  it('settles a departure once', () => {
    const gone = departure('a');
    reconnects.left(gone, 60_000, () => {});
    expect([reconnects.settle(gone), reconnects.settle(gone)]).toEqual([true, false]);
    expect(claim()).toBeUndefined();
  });
});
