import type { Connection } from '../connection.ts';
import { CLIENT_END, type ConnectionRecords, type End, endOf, SERVER_END } from './connection-records.ts';
import { type CountedEnd, countedClient, countedServer, NOT_COUNTED } from './counted-end.ts';
import type { FailedHandshake } from './failed-handshake.ts';
import type { CountedConnection } from './merge-connection.ts';
import type { RowTable } from './row-table.ts';
import type { ServiceFacts } from './service-facts.ts';
import { ServiceRegistry } from './service-registry.ts';

/**
 * What the ends of connections count as, and for which service. Only rows are kept: what counted before a change is made
 * again out of them, by `recordOf`, just before it.
 */
export class Counting {
  readonly services = new ServiceRegistry(owner => this.recordOf(owner)!);
  readonly #rows: RowTable;
  readonly #records: ConnectionRecords;
  /** Handshakes that failed, by the owner's number of their end, and where they count. */
  readonly #failed = new Map<number, { service: ServiceFacts; handshake: FailedHandshake }>();

  constructor(rows: RowTable, records: ConnectionRecords) {
    this.#rows = rows;
    this.#records = records;
  }

  /** Counts a server's end as its rows say now, in the place of what counted before. */
  recountServer(server: number, before: CountedConnection | null): void {
    this.#recount(server, SERVER_END, before, countedServer(this.#rows, this.#records, server));
  }

  /** The same of a client's end by itself. */
  recountClient(client: number, before: CountedConnection | null): void {
    this.#recount(client, CLIENT_END, before, countedClient(this.#rows, this.#records, client));
  }

  /** A client's end doesn't count any more. */
  uncountClient(client: number, before: CountedConnection | null): void {
    this.#recount(client, CLIENT_END, before, NOT_COUNTED);
  }

  /** The record of an end that counts, out of the rows as they are; null for one that does not count. */
  recordOf(owner: number): CountedConnection | null {
    const [number, end] = [owner >> 1, endOf(owner)];
    const [records, rows] = [this.#records, this.#rows];
    if (records.homeOf(number, end) === null) return null;
    return (end === SERVER_END ? countedServer(rows, records, number) : countedClient(rows, records, number))
      .connection;
  }

  #recount(number: number, end: End, before: CountedConnection | null, { connection, handshake }: CountedEnd): void {
    const records = this.#records;
    const owner = number * 2 + end;
    this.#recountHandshake(owner, handshake);
    const home = records.homeOf(number, end);
    const service = connection && this.#serviceOf(connection.connection, home);
    if (home !== null && home !== service) {
      home.replace(before, null);
      this.leave(home, owner);
    }
    if (service === null) return;
    if (home === service) service.replace(before, connection);
    else {
      service.replace(null, connection);
      records.settle(owner, service, service.connections.add(owner));
    }
    const closedAt = connection!.connection.closedAt;
    const wasClosed = home === service && before!.connection.closedAt !== null;
    if (closedAt !== null && !wasClosed) service.connections.noteClose(owner, closedAt);
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

  /** An end is no longer among the connections of its service. */
  leave(home: ServiceFacts, owner: number): void {
    const place = this.#records.placeOf(owner >> 1, endOf(owner));
    this.#records.leave(owner);
    const moved = home.connections.removeAt(place);
    if (moved !== null) this.#records.settle(moved, home, place);
  }

  /** Forgets failed handshakes from before `time`, epoch milliseconds; what they added to the streams stays. */
  forgetHandshakes(time: number): void {
    for (const [owner, { service, handshake }] of this.#failed) {
      if (handshake.connection.closedAt >= time) continue;
      service.handshakes.delete(handshake.connection.id);
      this.#failed.delete(owner);
    }
  }
}
