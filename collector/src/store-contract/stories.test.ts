import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EventBatch } from '../batch/event-batch.ts';
import type { CloseEvent } from '../close-event.ts';
import type { Store } from '../store.ts';
import { closeEvent, TEN_O_CLOCK } from '../testdata/close-event.ts';
import type { StoryQuery } from '../window-query.ts';
import { ENGINES } from './engines.fixture.ts';

const DAY = 24 * 3_600_000;
const [TRACE, CLIENT, SERVER, NEXT, PAGE] = [
  '7'.repeat(32),
  '1'.repeat(16),
  '2'.repeat(16),
  '3'.repeat(16),
  '9'.repeat(16),
];

const at = (days: number, seconds: number) => ({ startedAt: TEN_O_CLOCK + days * DAY + seconds * 1000 });
const client = (id: string) => ({ role: 'client' as const, connectionId: id, service: 'app', clientId: 'c-1' });
const server = { role: 'server' as const, connectionId: SERVER, clientId: 'c-1' };

/** One connection from Monday to Tuesday, the reconnect that came of it, and others' rows between; by the day of receipt. */
const STORED: Record<string, CloseEvent>[] = [
  {
    clientConnects: closeEvent(1, {
      ...at(0, 1),
      ...client(CLIENT),
      kind: 'connect',
      traceId: TRACE,
      spanId: CLIENT,
      parentSpanId: PAGE,
    }),
    serverConnects: closeEvent(2, {
      ...at(0, 2),
      ...server,
      kind: 'connect',
      traceId: TRACE,
      spanId: SERVER,
      parentSpanId: CLIENT,
    }),
    otherConnects: closeEvent(3, {
      ...at(0, 3),
      ...client(NEXT),
      kind: 'connect',
      traceId: TRACE,
      spanId: NEXT,
      clientId: 'c-2',
    }),
    foreign: closeEvent(4, { ...at(0, 4), connectionId: 'conn-4', clientId: null, emitter: 'datadog' }),
  },
  {
    serverCloses: closeEvent(5, { ...at(1, 1), ...server, linkedTraceId: TRACE, linkedSpanId: SERVER }),
    clientCloses: closeEvent(6, { ...at(1, 2), ...client(CLIENT), linkedTraceId: TRACE, linkedSpanId: CLIENT }),
    reconnects: closeEvent(7, { ...at(1, 3), ...client(NEXT), kind: 'reconnect', previousConnectionId: CLIENT }),
    late: closeEvent(8, { ...at(0, 5), clientId: 'c-3' }),
  },
];
const ALL: Record<string, CloseEvent> = Object.assign({}, ...STORED);

describe.each(ENGINES)('a story, on $name', ({ open }) => {
  let folder: string;
  let store: Store;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'closewatch-'));
    let now = TEN_O_CLOCK;
    store = await open(folder, () => now);
    for (const [day, events] of STORED.entries()) {
      now = TEN_O_CLOCK + day * DAY;
      await store.appendEvents(EventBatch.of(Object.values(events)));
    }
  });
  afterAll(async () => {
    await store.close();
    rmSync(folder, { recursive: true });
  });
  async function told(
    query: Partial<StoryQuery> & ({ connectionId: string } | { clientId: string }),
  ): Promise<string[]> {
    const events = await store.readStory({ limit: 100, ...query });
    return events.map(event => Object.entries(ALL).find(([, other]) => event.spanId === other.spanId)![0]);
  }

  it('of a connection has the rows of both ends and what came of it, by time, whichever end is asked for', async () => {
    const both = ['clientConnects', 'serverConnects', 'serverCloses', 'clientCloses'];
    expect(await told({ connectionId: CLIENT })).toEqual([...both, 'reconnects']);
    expect(await told({ connectionId: SERVER })).toEqual(both);
    expect((await store.readStory({ connectionId: CLIENT, limit: 1, to: TEN_O_CLOCK + DAY }))[0]).toEqual(
      ALL.serverConnects,
    );
  });

  it('of a connection whose id is no span id is found by its text', async () => {
    expect(await told({ connectionId: 'conn-4' })).toEqual(['foreign']);
    expect(await told({ connectionId: 'f'.repeat(16) })).toEqual([]);
  });

  it('of a client has its rows of all days, those of both ends', async () => {
    const mine = Object.entries(ALL).filter(([, event]) => event.clientId === 'c-1');
    expect(await told({ clientId: 'c-1' })).toEqual(mine.map(([name]) => name));
    expect(await told({ clientId: 'c-3' })).toEqual(['late']);
  });

  it('keeps the newest rows, and within its range', async () => {
    expect(await told({ clientId: 'c-1', limit: 2 })).toEqual(['clientCloses', 'reconnects']);
    expect(await told({ clientId: 'c-1', limit: 4 })).toEqual([
      'serverConnects',
      'serverCloses',
      'clientCloses',
      'reconnects',
    ]);
    const [from, to] = [TEN_O_CLOCK + 2_000, TEN_O_CLOCK + DAY + 2_000];
    expect(await told({ clientId: 'c-1', from, to })).toEqual(['serverConnects', 'serverCloses']);
  });
});
