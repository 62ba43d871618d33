import type { CountedConnection } from '../facts/merge-connection.ts';
import type { ProcessLog } from './process-log.ts';
import type { ServiceProcesses } from './service-processes.ts';

/** More connections under one id at a time are no client that could be followed: a load test, or an id that all share. */
const MOST = 16;

/** A client's clock and a server's differ by so much, and the first word of a close comes from either. */
const CLOCKS = 1_000; // 1 s

/** What is kept of a client's connection. Times are epoch milliseconds. */
interface ClientConnection {
  id: string;
  openedAt: number;
  closedAt: number | null;
  /** The server's process; null where only the client tells of it. */
  log: ProcessLog | null;
}

/**
 * The connections of one service by client, kept up to date by single changes. A client that opens another connection while
 * one is open, as far as its server has told, may have lost that one: this is noted with the process of the old one. Times are epoch
 * milliseconds.
 */
export class ServiceClients {
  /** By client id, in order of their opens. */
  private readonly connections = new Map<string, readonly ClientConnection[]>();
  private readonly processes: ServiceProcesses;

  constructor(processes: ServiceProcesses) {
    this.processes = processes;
  }

  replace(before: CountedConnection | null, after: CountedConnection | null): void {
    const [was, is] = [clientOf(before), clientOf(after)];
    if (was !== null && was === is) {
      this.change(was, known => withOne(without(known, before!), this.entryOf(after!)));
      return;
    }
    if (was !== null) this.change(was, known => without(known, before!));
    if (is !== null) this.change(is, known => withOne(known, this.entryOf(after!)));
  }

  /** When the client of a closed connection opened another one; null where it has not. */
  nextOpen(clientId: string, openedAt: number, closedAt: number): number | null {
    const next = nextOpen(this.connections.get(clientId) ?? [], openedAt, closedAt);
    return next === null ? null : Math.max(next, closedAt);
  }

  /** Lets go of what had closed before `time`. */
  forgetBefore(time: number): void {
    const isOver = ({ closedAt }: ClientConnection) => closedAt !== null && closedAt < time;
    for (const [id, known] of this.connections) {
      if (!known.some(isOver)) continue;
      const kept = known.filter(one => !isOver(one));
      if (kept.length === 0) this.connections.delete(id);
      else this.connections.set(id, kept);
    }
  }

  private entryOf(counted: CountedConnection): ClientConnection {
    const { id, openedAt, closedAt, countedRole } = counted.connection;
    const log = countedRole === 'server' ? this.processes.logOf(counted) : null;
    return { id, openedAt: openedAt!, closedAt, log };
  }

  private change(id: string, edit: (known: readonly ClientConnection[]) => readonly ClientConnection[]): void {
    const known = this.connections.get(id) ?? [];
    const changed = edit(known);
    if (known.length > 1) for (const [one, time] of passedOver(known)) one.log!.removeSign(time, one.id);
    if (changed.length > 1) for (const [one, time] of passedOver(changed)) one.log!.addSign(time, one.id);
    noteReturns(known, changed);
    if (changed.length === 0) this.connections.delete(id);
    else this.connections.set(id, changed);
  }
}

/** The open of the list that follows a connection: by two clocks it may come a little before the close that it answers. */
function nextOpen(all: readonly ClientConnection[], openedAt: number, closedAt: number): number | null {
  const from = closedAt - CLOCKS;
  return all.find(one => one.openedAt >= from && one.openedAt > openedAt)?.openedAt ?? null;
}

/** Tells the processes of closed connections when their client's next open is another one than before. */
function noteReturns(known: readonly ClientConnection[], changed: readonly ClientConnection[]): void {
  for (const { openedAt, closedAt, log } of changed)
    if (
      closedAt !== null &&
      log !== null &&
      nextOpen(known, openedAt, closedAt) !== nextOpen(changed, openedAt, closedAt)
    )
      log.returns += 1;
}

function clientOf(counted: CountedConnection | null): string | null {
  return counted === null || counted.connection.openedAt === null ? null : counted.connection.clientId;
}

function without(known: readonly ClientConnection[], { connection }: CountedConnection): ClientConnection[] {
  const isServers = connection.countedRole === 'server';
  return known.filter(one => one.id !== connection.id || (one.log !== null) !== isServers);
}

function withOne(known: readonly ClientConnection[], one: ClientConnection): ClientConnection[] {
  const changed = [...known];
  let at = changed.length;
  const isLater = (other: ClientConnection) =>
    other.openedAt > one.openedAt || (other.openedAt === one.openedAt && other.id > one.id);
  while (at > 0 && isLater(changed[at - 1]!)) at -= 1;
  changed.splice(at, 0, one);
  return changed;
}

/** Connections that are open while their client has opened a later one, and when it did. */
function passedOver(known: readonly ClientConnection[]): [ClientConnection, number][] {
  if (known.length > MOST) return [];
  const found: [ClientConnection, number][] = [];
  for (let index = 0; index + 1 < known.length; index += 1) {
    const one = known[index]!;
    const next = known[index + 1]!.openedAt;
    if (one.closedAt === null && one.log !== null && next > one.openedAt) found.push([one, next]);
  }
  return found;
}
