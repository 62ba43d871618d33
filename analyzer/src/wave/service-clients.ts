import type { CountedConnection } from '../facts/merge-connection.ts';

/** When the clients of one service opened connections, kept up to date by single changes. Times are epoch milliseconds. */
export class ServiceClients {
  /** By client id, ascending. */
  private readonly opens = new Map<string, number[]>();

  replace(before: CountedConnection | null, after: CountedConnection | null): void {
    const [was, is] = [before?.connection, after?.connection];
    if (was?.clientId === is?.clientId && was?.openedAt === is?.openedAt) return;
    if (was?.clientId != null && was.openedAt !== null) this.remove(was.clientId, was.openedAt);
    if (is?.clientId != null && is.openedAt !== null) this.add(is.clientId, is.openedAt);
  }

  /** When the client opened again, at `time` or later; null where it has not. */
  nextOpen(clientId: string, time: number): number | null {
    return this.opens.get(clientId)?.find(open => open >= time) ?? null;
  }

  forgetBefore(time: number): void {
    for (const [id, opens] of this.opens) {
      if (opens[0]! >= time) continue;
      const kept = opens.filter(open => open >= time);
      if (kept.length === 0) this.opens.delete(id);
      else this.opens.set(id, kept);
    }
  }

  private add(id: string, time: number): void {
    const known = this.opens.get(id);
    if (known === undefined) {
      this.opens.set(id, [time]);
      return;
    }
    let at = known.length;
    while (at > 0 && known[at - 1]! > time) at -= 1;
    known.splice(at, 0, time);
  }

  private remove(id: string, time: number): void {
    const known = this.opens.get(id);
    const at = known?.indexOf(time) ?? -1;
    if (at < 0) return;
    if (known!.length === 1) this.opens.delete(id);
    else known!.splice(at, 1);
  }
}
