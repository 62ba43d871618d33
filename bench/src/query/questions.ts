import type { CloseEvent, Store, WindowQuery } from '@closewatch/collector';
import { DAY_MS, END } from './history.ts';

const HOUR_MS = 3_600_000;

/** One read of the store, and what the issue allows it. */
export interface Question {
  name: string;
  /** Milliseconds at 100 million closes; null where the issue says nothing. */
  goal: number | null;
  /** Gives the number of rows or groups of the answer. */
  ask(store: Store): Promise<number>;
}

/** Whose stories are told. */
export type Example = Pick<CloseEvent, 'connectionId' | 'clientId'>;

/** The questions over a history of so many days. */
export function questionsOver(days: number, example: Example): Question[] {
  const to = END + 1;
  const window = (query: Omit<WindowQuery, 'to'>) => async (store: Store) =>
    (await store.readWindow({ to, ...query })).groups;
  const lastHour = { from: to - HOUR_MS, binMs: 1_000 };
  const lastDay = { from: to - DAY_MS, binMs: 1_000 };
  const all = { from: to - days * DAY_MS, binMs: HOUR_MS };
  return [
    {
      name: 'last hour by second, code, version',
      goal: 50,
      ask: window({ ...lastHour, by: ['code', 'serviceVersion'] }),
    },
    {
      name: 'last hour by second, code, client version',
      goal: 50,
      ask: window({ ...lastHour, by: ['code', 'clientVersion'] }),
    },
    {
      name: 'last day by second, code, version',
      goal: 500,
      ask: window({ ...lastDay, by: ['code', 'serviceVersion'] }),
    },
    {
      name: 'last day by minute, code, client version',
      goal: 500,
      ask: window({ ...lastDay, binMs: 60_000, by: ['code', 'clientVersion'] }),
    },
    { name: 'all days by hour, code, version', goal: 2_000, ask: window({ ...all, by: ['code', 'serviceVersion'] }) },
    {
      name: 'all days by hour, code, client version',
      goal: 2_000,
      ask: window({ ...all, by: ['code', 'clientVersion'] }),
    },
    {
      name: "one connection's story",
      goal: 300,
      ask: async store => (await store.readStory({ connectionId: example.connectionId!, limit: 100 })).length,
    },
    {
      name: "one client's story, 100 rows",
      goal: 300,
      ask: async store => (await store.readStory({ clientId: example.clientId!, limit: 100 })).length,
    },
    {
      name: '1007 of the last hour by client version',
      goal: null,
      ask: async store =>
        (await store.readBreakdown({ from: to - HOUR_MS, to, by: 'clientVersion', where: { code: 1007 }, limit: 20 }))
          .length,
    },
    {
      name: 'newest 50 payload bugs of the last day',
      goal: null,
      ask: async store => (await store.readCloses({ from: to - DAY_MS, to, payloadBugsOnly: true, limit: 50 })).length,
    },
  ];
}

/** A close in the middle of the history. */
export async function exampleOf(store: Store, days: number): Promise<Example> {
  const to = END + 1 - (days * DAY_MS) / 2;
  const [close] = await store.readCloses({ from: to - HOUR_MS, to, limit: 1 });
  if (!close) throw new Error(`expected a close in the hour before ${new Date(to).toISOString()}, got none`);
  return close;
}
