import { type Connection, clientKey } from '../connection.ts';
import { returnsOfWave } from '../reconnect/returns-of-wave.ts';
import type { Wave } from '../wave.ts';
import { countedAt } from './closes-memo.ts';
import type { ClosedConnection, ProcessLog } from './process-log.ts';
import type { WaveContext } from './recognise-waves.ts';
import { isBroken, isOrderly } from './restart-close.ts';
import type { ServiceClients } from './service-clients.ts';
import type { ServiceProcesses } from './service-processes.ts';

/** The opens that come anyway, and who leaves anyway, are learnt from this long before the wave. */
const USUAL_FROM = 5 * 60_000; // 5 min

/** What any wave says of its closes, and of the way back of their clients. */
export type ClosesOfWave = Pick<
  Wave,
  | 'closes'
  | 'clients'
  | 'codes'
  | 'orderly'
  | 'payloadBugs'
  | 'reconnect'
  | 'followed'
  | 'overdue'
  | 'returnsOver'
  | 'failure'
>;

/** Where the closes come from. Times are epoch milliseconds. */
export interface ClosesSource {
  /** Losses or cuts, by their start; at least one. */
  parts: readonly { closes: readonly ClosedConnection[] }[];
  logs: readonly ProcessLog[];
  startedAt: number;
  lastCloseAt: number;
}

/** Counts them, or says what was counted before where nothing that it rests on has changed. */
export function closesOfWave(source: ClosesSource, context: WaveContext): ClosesOfWave {
  const { parts, logs, startedAt, lastCloseAt } = source;
  const at = countedAt(lastCloseAt, context.now);
  const key = `${logs[0]!.instance} ${startedAt}`;
  const from = { parts: parts.map(({ closes }) => closes), logs, lastCloseAt, countedAt: at };
  return context.memo.of(
    key,
    from,
    () => count(source, { ...context, now: at }),
    ({ reconnect }) => reconnect.basis === 'aggregate',
  );
}

function count({ parts, startedAt, lastCloseAt }: ClosesSource, context: WaveContext): ClosesOfWave {
  const { settings, now, processes, clients } = context;
  const closes = parts.flatMap(part => part.closes);
  const returning = closes.map(counted => withReturn(counted.connection, clients));
  const opens = opensBetween(processes, startedAt - USUAL_FROM, now);
  return {
    closes: weightOf(closes),
    clients: new Set(closes.map(({ connection }) => clientKey(connection))).size,
    codes: weightByCode(closes),
    orderly: weightOf(closes.filter(({ connection }) => isOrderly(connection))),
    payloadBugs: countPayloadBugs(processes, startedAt, lastCloseAt),
    ...returnsOfWave(returning, opens, {
      startedAt,
      lastCloseAt,
      now,
      vanishPerSecond: vanishPerSecond(processes, startedAt),
      settings,
    }),
  };
}

/** With the time at which its client was back: the reconnect row's where one names it, or else the client's next open. */
function withReturn(connection: Connection & { closedAt: number }, clients: ServiceClients): Connection {
  if (connection.backAt !== null || connection.clientId === null) return connection;
  const { clientId, openedAt, closedAt } = connection;
  const backAt = clients.nextOpen(clientId, openedAt ?? Number.NEGATIVE_INFINITY, closedAt);
  return backAt === null ? connection : { ...connection, backAt };
}

/** The opens of all processes from one time to another, in no order. */
function opensBetween(processes: ServiceProcesses, from: number, to: number): { openedAt: number }[] {
  const found: { openedAt: number }[] = [];
  for (const { opens } of processes.all())
    for (let at = opens.firstAt(from); at < opens.length && opens.times[at]! <= to; at += 1)
      found.push({ openedAt: opens.times[at]! });
  return found;
}

/** Connections of all processes that went away by themselves before, a second; null where that long was not seen yet. */
function vanishPerSecond(processes: ServiceProcesses, startedAt: number): number | null {
  const from = startedAt - USUAL_FROM;
  let vanished = 0;
  let isKnown = false;
  for (const { closes, firstSeenAt } of processes.all()) {
    isKnown ||= firstSeenAt <= from;
    for (let at = closes.firstAt(from); at < closes.length && closes.times[at]! < startedAt; at += 1)
      if (isBroken(closes.items[at]!.connection)) vanished += 1;
  }
  return isKnown ? vanished / (USUAL_FROM / 1000) : null;
}

/** On every instance: those that a client has just come back to are where a bug of the wave's time mostly shows. */
function countPayloadBugs(processes: ServiceProcesses, from: number, until: number): number {
  let bugs = 0;
  for (const { closes } of processes.all())
    for (let at = closes.firstAt(from); at < closes.length && closes.times[at]! <= until; at += 1)
      if (closes.items[at]!.connection.payloadBug) bugs += closes.items[at]!.closeWeight;
  return bugs;
}

/** How many closes these stand for. */
function weightOf(closes: readonly ClosedConnection[]): number {
  return closes.reduce((sum, { closeWeight }) => sum + closeWeight, 0);
}

/** A close without a code had no close frame: 1006, by the conventions' third rule. */
function weightByCode(closes: readonly ClosedConnection[]): Map<number, number> {
  const codes = new Map<number, number>();
  for (const { connection, closeWeight } of closes) {
    const code = connection.code ?? 1006;
    codes.set(code, (codes.get(code) ?? 0) + closeWeight);
  }
  return codes;
}
