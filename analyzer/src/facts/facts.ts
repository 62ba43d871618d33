import type { AnalyzedEvent } from './analyzed-event.ts';
import { connectionIdOf, type EndRecord, withRow } from './end-record.ts';
import { type FailedHandshake, failedHandshake } from './failed-handshake.ts';
import { PAIR_WAIT } from './limits.ts';
import { type CountedConnection, mergeConnection } from './merge-connection.ts';
import { ServiceFacts } from './service-facts.ts';
import { Watermark } from './watermark.ts';

/**
 * Merges rows into connections and connections into one-second bins. Every row may come at any time, in any batch, and
 * more than once: a connection is a pure function of its rows, what it adds to the bins is a pure function of the
 * connection, and when it changes the old is taken back before the new is added.
 */
export class Facts {
  readonly services = new Map<string, ServiceFacts>();
  readonly watermark = new Watermark();
  private readonly servers = new Map<string, EndRecord>();
  private readonly clients = new Map<string, EndRecord>();
  /** Client's connection id to the server's records that continue its trace; the smallest id is the pair. */
  private readonly pairs = new Map<string, string>();
  /** Client's connection id to the earliest end of a reconnect that names it as the one before. */
  private readonly returns = new Map<string, number>();
  /** Clients whose server's row may still come, in order of their arrival. */
  private readonly waiting = new Map<string, number>();
  /** Clients that waited long enough: they count by themselves while they have no pair. */
  private readonly alone = new Set<string>();
  /** What counts now, by role and id, and where. */
  private readonly counted = new Map<string, { service: ServiceFacts; connection: CountedConnection }>();
  /** Handshakes that failed, by role and id, and where they count. */
  private readonly failed = new Map<string, { service: ServiceFacts; handshake: FailedHandshake }>();

  /** Takes rows in the order in which they were stored; see the watermark for which are late. */
  ingest(event: AnalyzedEvent): void {
    if (!this.watermark.admits(event)) return;
    if (event.kind === 'drain') return;
    if (event.kind === 'reconnect') this.takeReconnect(event);
    else this.takeEnd(event);
  }

  private takeEnd(event: AnalyzedEvent): void {
    const ends = event.role === 'server' ? this.servers : this.clients;
    const id = connectionIdOf(event);
    const before = ends.get(id);
    const after = withRow(before, event);
    if (after === before) return;
    ends.set(id, after);
    if (event.role === 'server') this.changeServer(id, before, after);
    else this.changeClient(id, before, after);
  }

  /** Counts the clients whose server's row has not come in time. `now` is the watermark, epoch milliseconds. */
  release(now: number): void {
    for (const [id, dueAt] of this.waiting) {
      if (dueAt > now) continue;
      this.waiting.delete(id);
      this.alone.add(id);
      this.recountClient(id);
    }
  }

  /** Lets go of a connection's rows; what it added to the bins stays. */
  forget(service: ServiceFacts, { connection }: CountedConnection): void {
    service.forget(connection.id);
    this.counted.delete(`${connection.countedRole} ${connection.id}`);
    if (connection.countedRole === 'client') {
      this.forgetClient(connection.id);
      return;
    }
    const client = this.servers.get(connection.id)?.connect?.parentSpanId ?? null;
    this.servers.delete(connection.id);
    if (client !== null && this.pairs.get(client) === connection.id) {
      this.pairs.delete(client);
      this.forgetClient(client);
    }
  }

  /**
   * Lets go of rows from before `time` that are no connection: failed handshakes (what they added to the streams stays), and
   * returns of connections that nobody reported.
   */
  forgetUncounted(time: number): void {
    for (const [key, { service, handshake }] of this.failed) {
      if (handshake.connection.closedAt >= time) continue;
      service.handshakes.delete(handshake.connection.id);
      this.failed.delete(key);
    }
    for (const [id, record] of this.servers)
      if (record.firstTime < time && !this.counted.has(`server ${id}`)) this.servers.delete(id);
    for (const [id, record] of this.clients)
      if (record.firstTime < time && !this.counted.has(`client ${id}`) && !this.pairs.has(id)) this.forgetClient(id);
    for (const [id, returnedAt] of this.returns)
      if (returnedAt < time && !this.clients.has(id)) this.returns.delete(id);
  }

  private forgetClient(id: string): void {
    this.clients.delete(id);
    this.returns.delete(id);
    this.waiting.delete(id);
    this.alone.delete(id);
  }

  private takeReconnect(event: AnalyzedEvent): void {
    const previous = event.previousConnectionId;
    if (previous === null || event.outcome === 'abandoned') return;
    const known = this.returns.get(previous);
    if (known !== undefined && known <= event.time) return;
    this.returns.set(previous, event.time);
    this.recountPairOf(previous);
  }

  private changeServer(id: string, before: EndRecord | undefined, after: EndRecord): void {
    const parent = after.connect?.parentSpanId ?? null;
    const parentBefore = before?.connect?.parentSpanId ?? null;
    if (parent !== null && parent !== parentBefore) {
      const pair = this.pairs.get(parent);
      if (pair === undefined || id < pair) {
        this.pairs.set(parent, id);
        this.waiting.delete(parent);
        this.recount(`client ${parent}`, null);
        this.recountHandshake(`client ${parent}`, null);
        if (pair !== undefined) this.recountServer(pair);
      }
    }
    this.recountServer(id);
  }

  private changeClient(id: string, before: EndRecord | undefined, after: EndRecord): void {
    if (this.pairs.has(id) || (this.alone.has(id) && before)) this.recountPairOf(id);
    else this.waiting.set(id, after.firstTime + PAIR_WAIT);
  }

  private recountPairOf(client: string): void {
    const server = this.pairs.get(client);
    if (server !== undefined) this.recountServer(server);
    else if (this.alone.has(client)) this.recountClient(client);
  }

  private recountServer(id: string): void {
    this.recount(`server ${id}`, this.countedServer(id));
    const record = this.servers.get(id);
    const client = record?.connect?.parentSpanId ?? null;
    const other = client !== null && this.pairs.get(client) === id ? (this.clients.get(client) ?? null) : null;
    this.recountHandshake(`server ${id}`, record ? failedHandshake(record, other) : null);
  }

  private recountClient(id: string): void {
    this.recount(`client ${id}`, this.countedClient(id));
    const record = this.clients.get(id);
    this.recountHandshake(`client ${id}`, record && !this.pairs.has(id) ? failedHandshake(record, null) : null);
  }

  private countedServer(id: string): CountedConnection | null {
    const record = this.servers.get(id);
    if (!record) return null;
    const client = record.connect?.parentSpanId ?? null;
    const isPair = client !== null && this.pairs.get(client) === id;
    if (!isPair) return mergeConnection(record, null, null);
    return mergeConnection(record, this.clients.get(client) ?? null, this.returns.get(client) ?? null);
  }

  private countedClient(id: string): CountedConnection | null {
    const record = this.clients.get(id);
    if (!record || this.pairs.has(id)) return null;
    return mergeConnection(record, null, this.returns.get(id) ?? null);
  }

  private recount(key: string, connection: CountedConnection | null): void {
    const before = this.counted.get(key);
    const service = connection && this.serviceOf(connection.connection.service, connection.connection.environment);
    if (before && before.service !== service) before.service.replace(before.connection, null);
    if (service) service.replace(before?.service === service ? before.connection : null, connection);
    if (service) this.counted.set(key, { service, connection: connection! });
    else this.counted.delete(key);
  }

  private recountHandshake(key: string, handshake: FailedHandshake | null): void {
    const before = this.failed.get(key);
    if (!before && !handshake) return;
    const service = handshake && this.serviceOf(handshake.connection.service, handshake.connection.environment);
    if (before && before.service !== service) before.service.replaceHandshake(before.handshake, null);
    if (service) service.replaceHandshake(before?.service === service ? before.handshake : null, handshake);
    if (service) this.failed.set(key, { service, handshake: handshake! });
    else this.failed.delete(key);
  }

  private serviceOf(name: string, environment: string | null): ServiceFacts {
    const key = JSON.stringify([name, environment]);
    let service = this.services.get(key);
    if (!service) {
      service = new ServiceFacts(name, environment);
      this.services.set(key, service);
    }
    return service;
  }
}
