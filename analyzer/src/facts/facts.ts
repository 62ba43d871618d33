import type { EventBatch } from '@closewatch/collector';
import type { Connection } from '../connection.ts';
import type { AnalyzedEvent } from './analyzed-event.ts';
import { CLIENT_END, ConnectionRecords, type End, SERVER_END } from './connection-records.ts';
import { type CountedEnd, countedClient, countedServer, firstTimeOf, NOT_COUNTED } from './counted-end.ts';
import type { FailedHandshake } from './failed-handshake.ts';
import { CONNECT, DRAIN, IncomingRow, NONE, RECONNECT, SERVER } from './incoming-row.ts';
import { PAIR_WAIT } from './limits.ts';
import { RowTable } from './row-table.ts';
import type { ServiceFacts } from './service-facts.ts';
import { ServiceRegistry } from './service-registry.ts';
import { Watermark } from './watermark.ts';

/**
 * Merges rows into connections and connections into one-second bins. Every row may come at any time, in any batch, and
 * more than once: a connection is a pure function of its rows, what it adds to the bins is a pure function of the
 * connection, and when it changes the old is taken back before the new is added. Rows are kept as columns, and found by numbers.
 */
export class Facts {
  readonly services = new ServiceRegistry();
  readonly watermark = new Watermark();
  readonly #rows = new RowTable();
  readonly #records = new ConnectionRecords();
  /** Clients whose server's row may still come, in order of their arrival, and until when. */
  readonly #waiting = new Map<number, number>();
  /** Handshakes that failed, by the owner's number of their end, and where they count. */
  readonly #failed = new Map<number, { service: ServiceFacts; handshake: FailedHandshake }>();
  readonly #incoming = new IncomingRow();

  /** Takes an event. Rows are taken in the order in which they were stored; see the watermark for which are late. */
  ingest(event: AnalyzedEvent): void {
    if (!this.watermark.admits(event) || event.kind === 'drain') return;
    this.#incoming.fromEvent(event, this.#records.ids);
    this.#take(this.#incoming);
  }

  /** Takes a row of a batch, as `ingest` takes an event. */
  ingestRow(batch: EventBatch, row: number): void {
    const incoming = this.#incoming;
    incoming.timesFrom(batch, row);
    if (!this.watermark.admits(incoming) || incoming.kind === DRAIN) return;
    incoming.fromBatch(batch, row, this.#records.ids);
    this.#take(incoming);
  }

  /** Counts the clients whose server's row has not come in time. `now` is the watermark, epoch milliseconds. */
  release(now: number): void {
    for (const [client, dueAt] of this.#waiting) {
      if (dueAt > now) continue;
      this.#waiting.delete(client);
      this.#records.alone[client] = 1;
      this.#recountClient(client);
    }
  }

  /** Lets go of the rows of a service's connection; what it added to the bins stays. */
  forget(service: ServiceFacts, place: number): void {
    const owner = service.connections.ownerAt(place);
    const number = owner >> 1;
    const counted = service.connections.at(place);
    this.#leave(service, owner, place);
    service.forget(counted);
    if ((owner & 1) === CLIENT_END) this.#forgetClient(number);
    else this.#forgetServer(number);
  }

  /**
   * Lets go of rows from before `time` that are no connection: failed handshakes (what they added to the streams stays), and
   * returns of connections that nobody reported.
   */
  forgetUncounted(time: number): void {
    for (const [owner, { service, handshake }] of this.#failed) {
      if (handshake.connection.closedAt >= time) continue;
      service.handshakes.delete(handshake.connection.id);
      this.#failed.delete(owner);
    }
    const records = this.#records;
    for (let number = 0; number < records.ids.end; number++) {
      if (this.#isStale(number, SERVER_END, time)) this.#forgetServer(number);
      const isPair = records.pair[number] !== NONE;
      if (!isPair && this.#isStale(number, CLIENT_END, time)) this.#forgetClient(number);
      else if (records.returnedAt[number]! < time && !records.hasRows(number, CLIENT_END)) {
        records.returnedAt[number] = Number.NaN;
        this.#releaseIfEmpty(number);
      }
    }
  }

  #take(row: IncomingRow): void {
    const records = this.#records;
    records.has(Math.max(row.connection, row.parent, row.previous));
    if (row.kind === RECONNECT) this.#takeReconnect(row);
    else this.#takeEnd(row, row.role === SERVER ? SERVER_END : CLIENT_END);
  }

  #takeEnd(row: IncomingRow, end: End): void {
    const { connection, kind } = row;
    const [records, rows] = [this.#records, this.#rows];
    const known = kind === CONNECT ? records.connectOf(connection, end) : records.closeOf(connection, end);
    if (known !== NONE && !rows.isPreferred(row, known)) {
      if (row.parent !== NONE) this.#releaseIfEmpty(row.parent);
      return;
    }
    const isFirst = !records.hasRows(connection, end);
    const parentBefore = known !== NONE ? rows.parent[known]! : NONE;
    rows.release(known);
    const number = rows.add(row);
    if (kind === CONNECT) records.setConnect(connection, end, number);
    else records.setClose(connection, end, number);
    if (end === SERVER_END) this.#changeServer(connection, parentBefore, rows.parent[number]!);
    else this.#changeClient(connection, isFirst);
  }

  #takeReconnect({ connection, previous, isAbandoned, time }: IncomingRow): void {
    if (connection !== previous) this.#releaseIfEmpty(connection);
    if (previous === NONE) return;
    const known = this.#records.returnedAt[previous]!;
    if (isAbandoned || known <= time) {
      this.#releaseIfEmpty(previous);
      return;
    }
    this.#records.returnedAt[previous] = time;
    this.#recountPairOf(previous);
  }

  #changeServer(server: number, parentBefore: number, parent: number): void {
    const records = this.#records;
    if (parent !== parentBefore) {
      records.addChild(parent);
      records.removeChild(parentBefore);
    }
    if (parent !== NONE && parent !== parentBefore) {
      const pair = records.pair[parent]!;
      if (pair === NONE || records.ids.idOf(server) < records.ids.idOf(pair)) {
        records.pair[parent] = server;
        this.#waiting.delete(parent);
        this.#recount(parent, CLIENT_END, NOT_COUNTED);
        if (pair !== NONE) this.#recountServer(pair);
      }
    }
    this.#recountServer(server);
  }

  #changeClient(client: number, isFirst: boolean): void {
    const isPair = this.#records.pair[client] !== NONE;
    if (isPair || (this.#records.alone[client] === 1 && !isFirst)) this.#recountPairOf(client);
    else this.#waiting.set(client, firstTimeOf(this.#rows, this.#records, client, CLIENT_END) + PAIR_WAIT);
  }

  #recountPairOf(client: number): void {
    const server = this.#records.pair[client]!;
    if (server !== NONE) this.#recountServer(server);
    else if (this.#records.alone[client] === 1) this.#recountClient(client);
  }

  #recountServer(server: number): void {
    this.#recount(server, SERVER_END, countedServer(this.#rows, this.#records, server));
  }

  #recountClient(client: number): void {
    this.#recount(client, CLIENT_END, countedClient(this.#rows, this.#records, client));
  }

  #recount(number: number, end: End, { connection, handshake }: CountedEnd): void {
    const records = this.#records;
    const owner = number * 2 + end;
    this.#recountHandshake(owner, handshake);
    const home = records.homeOf(number, end);
    const place = records.placeOf(number, end);
    const before = home === null ? null : home.connections.at(place);
    const service = connection && this.#serviceOf(connection.connection, home);
    if (home !== null && home !== service) {
      home.replace(before, null);
      this.#leave(home, owner, place);
    }
    if (service === null) return;
    if (home === service) {
      service.replace(before, connection);
      service.connections.replaceAt(place, connection!);
    } else {
      service.replace(null, connection);
      records.settle(owner, service, service.connections.add(connection!, owner));
    }
  }

  #recountHandshake(owner: number, handshake: FailedHandshake | null): void {
    if (handshake === null && this.#failed.size === 0) return;
    const before = this.#failed.get(owner);
    if (!before && !handshake) return;
    const service = handshake && this.#serviceOf(handshake.connection, before?.service ?? null);
    if (before && before.service !== service) before.service.replaceHandshake(before.handshake, null);
    service?.replaceHandshake(before?.service === service ? before.handshake : null, handshake);
    if (service) this.#failed.set(owner, { service, handshake: handshake! });
    else this.#failed.delete(owner);
  }

  #serviceOf({ service, environment }: Connection, home: ServiceFacts | null): ServiceFacts {
    const isHome = home !== null && home.service === service && home.environment === environment;
    return isHome ? home : this.services.of(service, environment);
  }

  #leave(home: ServiceFacts, owner: number, place: number): void {
    this.#records.leave(owner);
    const moved = home.connections.removeAt(place);
    if (moved !== null) this.#records.settle(moved, home, place);
  }

  #forgetServer(server: number): void {
    const records = this.#records;
    const connect = records.connectOf(server, SERVER_END);
    const client = connect === NONE ? NONE : this.#rows.parent[connect]!;
    this.#releaseRows(server, SERVER_END);
    if (client !== NONE) {
      records.removeChild(client);
      if (records.pair[client] === server) {
        records.pair[client] = NONE;
        this.#forgetClient(client);
      } else this.#releaseIfEmpty(client);
    }
    this.#releaseIfEmpty(server);
  }

  #forgetClient(client: number): void {
    const records = this.#records;
    this.#releaseRows(client, CLIENT_END);
    records.returnedAt[client] = Number.NaN;
    records.alone[client] = 0;
    this.#waiting.delete(client);
    this.#releaseIfEmpty(client);
  }

  #releaseRows(number: number, end: End): void {
    const records = this.#records;
    this.#rows.release(records.connectOf(number, end));
    this.#rows.release(records.closeOf(number, end));
    records.setConnect(number, end, NONE);
    records.setClose(number, end, NONE);
  }

  #releaseIfEmpty(number: number): void {
    this.#records.releaseIfEmpty(number, this.#waiting.has(number));
  }

  #isStale(number: number, end: End, time: number): boolean {
    const records = this.#records;
    if (!records.hasRows(number, end) || records.homeOf(number, end) !== null) return false;
    return firstTimeOf(this.#rows, records, number, end) < time;
  }
}
