import type { EventBatch, GaugeSample } from '@closewatch/collector';
import type { AnalyzedEvent } from './analyzed-event.ts';
import { CLIENT_END, ConnectionRecords, type End, endOf, SERVER_END } from './connection-records.ts';
import { firstTimeOf } from './counted-end.ts';
import { Counting } from './counting.ts';
import { CONNECT, DRAIN, IncomingRow, NONE, RECONNECT, SERVER } from './incoming-row.ts';
import { PAIR_WAIT } from './limits.ts';
import type { CountedConnection } from './merge-connection.ts';
import { RowTable } from './row-table.ts';
import type { ServiceFacts } from './service-facts.ts';
import { Watermark } from './watermark.ts';

/**
 * Merges rows into connections and connections into one-second bins. Every row may come at any time, in any batch, and
 * more than once: a connection is a pure function of its rows, what it adds to the bins is a pure function of the
 * connection, and when it changes the old is taken back before the new is added.
 */
export class Facts {
  readonly watermark = new Watermark();
  readonly #rows = new RowTable();
  readonly #records = new ConnectionRecords();
  readonly #counting = new Counting(this.#rows, this.#records);
  readonly services = this.#counting.services;
  /** Clients whose server's row may still come, in order of their arrival, and until when. */
  readonly #waiting = new Map<number, number>();
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

  /** Takes a sample of a server's gauge; those of clients say nothing of a service. */
  ingestGauge(sample: GaugeSample): void {
    const { service, environment, instance, serviceVersion, time, connections, receivedAt } = sample;
    if (sample.role !== 'server' || !this.watermark.admitsSample(sample)) return;
    const facts = this.services.of(service, environment);
    facts.takeSample(instance, serviceVersion, { time, connections, receivedAt });
  }

  /** Counts the clients whose server's row has not come in time. `now` is the watermark, epoch milliseconds. */
  release(now: number): void {
    for (const [client, dueAt] of this.#waiting) {
      if (dueAt > now) continue;
      this.#waiting.delete(client);
      const before = this.#counting.recordOf(client * 2 + CLIENT_END);
      this.#records.setAlone(client, true);
      this.#counting.recountClient(client, before);
    }
  }

  /** Lets go of the connections of a service that closed before `edge` (epoch milliseconds); what they added to the bins stays. */
  forgetClosed(service: ServiceFacts, edge: number): number {
    let gone = 0;
    for (const owner of service.connections.takeClosedBefore(edge)) {
      if (this.#records.homeOf(owner >> 1, endOf(owner)) !== service) continue;
      const { closedAt } = this.#counting.recordOf(owner)!.connection;
      if (closedAt === null) continue;
      if (closedAt >= edge) service.connections.noteClose(owner, closedAt);
      else {
        this.#forget(service, owner);
        gone++;
      }
    }
    return gone;
  }

  /** Lets go of a service's open connections on instances that are silent for good. */
  forgetOpenOn(service: ServiceFacts, instances: ReadonlySet<string>): void {
    const owners = service.connections.owners();
    // From the end, as what is let go has its place taken by the last one.
    for (let place = owners.length - 1; place >= 0; place--) {
      const counted = this.#counting.recordOf(owners[place]!)!;
      if (counted.connection.closedAt !== null || !instances.has(counted.connection.instance ?? '')) continue;
      service.forgetOpen(counted);
      this.#forget(service, owners[place]!);
    }
  }

  /**
   * Lets go of rows from before `time` that are no connection: failed handshakes (what they added to the streams stays), and
   * returns of connections that nobody reported.
   */
  forgetUncounted(time: number): void {
    this.#counting.forgetHandshakes(time);
    const records = this.#records;
    for (let number = 0; number < records.ids.end; number++) {
      if (this.#isStale(number, SERVER_END, time)) this.#forgetServer(number);
      if (records.pairOf(number) !== NONE) continue;
      if (this.#isStale(number, CLIENT_END, time)) this.#forgetClient(number);
      else if (records.returnedAt(number) < time && !records.hasRows(number, CLIENT_END)) {
        records.setReturnedAt(number, Number.NaN);
        this.#releaseIfEmpty(number);
      }
    }
  }

  #take(row: IncomingRow): void {
    this.#records.has(Math.max(row.connection, row.parent, row.previous));
    if (row.kind === RECONNECT) this.#takeReconnect(row);
    else if (row.role === SERVER) this.#takeServers(row);
    else this.#takeClients(row);
  }

  #takeServers(row: IncomingRow): void {
    const server = row.connection;
    const before = this.#counting.recordOf(server * 2 + SERVER_END);
    const connect = this.#records.connectOf(server, SERVER_END);
    const parentBefore = connect === NONE ? NONE : this.#rows.parent(connect);
    if (!this.#keep(row, SERVER_END)) return;
    if (row.kind === CONNECT && row.parent !== parentBefore) this.#changeParent(server, parentBefore, row.parent);
    this.#counting.recountServer(server, before);
  }

  #changeParent(server: number, parentBefore: number, parent: number): void {
    const records = this.#records;
    records.addChild(parent);
    records.removeChild(parentBefore);
    if (parent === NONE) return;
    const pair = records.pairOf(parent);
    if (pair !== NONE && records.ids.idOf(server) >= records.ids.idOf(pair)) return;
    const client = this.#counting.recordOf(parent * 2 + CLIENT_END);
    const pairBefore = pair === NONE ? null : this.#counting.recordOf(pair * 2 + SERVER_END);
    records.setPair(parent, server);
    this.#waiting.delete(parent);
    this.#counting.uncountClient(parent, client);
    if (pair !== NONE) this.#counting.recountServer(pair, pairBefore);
  }

  #takeClients(row: IncomingRow): void {
    const client = row.connection;
    const [records, rows] = [this.#records, this.#rows];
    const isFirst = !records.hasRows(client, CLIENT_END);
    const counts = records.pairOf(client) !== NONE || (records.isAlone(client) && !isFirst);
    const before = this.#pairOf(client);
    if (!this.#keep(row, CLIENT_END)) return;
    if (counts) this.#recountPairOf(client, before);
    else this.#waiting.set(client, firstTimeOf(rows, records, client, CLIENT_END) + PAIR_WAIT);
  }

  /** Keeps a row; false where one that is preferred to it is there. */
  #keep(row: IncomingRow, end: End): boolean {
    const { connection, kind } = row;
    const [records, rows] = [this.#records, this.#rows];
    const known = kind === CONNECT ? records.connectOf(connection, end) : records.closeOf(connection, end);
    if (known !== NONE && !rows.isPreferred(row, known)) {
      if (row.parent !== NONE) this.#releaseIfEmpty(row.parent);
      return false;
    }
    rows.release(known);
    const number = rows.add(row);
    if (kind === CONNECT) records.setConnect(connection, end, number);
    else records.setClose(connection, end, number);
    return true;
  }

  #takeReconnect({ connection, previous, isAbandoned, time }: IncomingRow): void {
    if (connection !== previous) this.#releaseIfEmpty(connection);
    if (previous === NONE) return;
    if (isAbandoned || this.#records.returnedAt(previous) <= time) {
      this.#releaseIfEmpty(previous);
      return;
    }
    const before = this.#pairOf(previous);
    this.#records.setReturnedAt(previous, time);
    this.#recountPairOf(previous, before);
  }

  /** What counts of a client's connection: its server's end, or, alone, its own. */
  #pairOf(client: number): CountedConnection | null {
    const server = this.#records.pairOf(client);
    return this.#counting.recordOf(server !== NONE ? server * 2 + SERVER_END : client * 2 + CLIENT_END);
  }

  #recountPairOf(client: number, before: CountedConnection | null): void {
    const server = this.#records.pairOf(client);
    if (server !== NONE) this.#counting.recountServer(server, before);
    else if (this.#records.isAlone(client)) this.#counting.recountClient(client, before);
  }

  #forget(service: ServiceFacts, owner: number): void {
    this.#counting.leave(service, owner);
    if (endOf(owner) === CLIENT_END) this.#forgetClient(owner >> 1);
    else this.#forgetServer(owner >> 1);
  }

  #forgetServer(server: number): void {
    const records = this.#records;
    const connect = records.connectOf(server, SERVER_END);
    const client = connect === NONE ? NONE : this.#rows.parent(connect);
    this.#releaseRows(server, SERVER_END);
    if (client !== NONE) {
      records.removeChild(client);
      if (records.pairOf(client) === server) {
        records.setPair(client, NONE);
        this.#forgetClient(client);
      } else this.#releaseIfEmpty(client);
    }
    this.#releaseIfEmpty(server);
  }

  #forgetClient(client: number): void {
    const records = this.#records;
    this.#releaseRows(client, CLIENT_END);
    records.setReturnedAt(client, Number.NaN);
    records.setAlone(client, false);
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
