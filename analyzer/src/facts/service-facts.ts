import { type Connection, clientKey } from '../connection.ts';
import { YOUNG_UNTIL } from './limits.ts';
import type { CountedConnection } from './merge-connection.ts';
import { ServiceBins } from './service-bins.ts';
import { SickClients } from './sick-clients.ts';

/** All that is known of one service in one environment: its connections and what they add up to. */
export class ServiceFacts {
  readonly service: string;
  readonly environment: string | null;
  readonly bins = new ServiceBins();
  /** Connections in memory: the open ones, and the closed ones of the last 45 minutes. By counted id. */
  readonly connections = new Map<string, CountedConnection>();
  /** Epoch milliseconds of the newest row that counts here. */
  newest = Number.NEGATIVE_INFINITY;
  /** Grows with every change: what was derived from the facts is stale when it differs. */
  revision = 0;
  /** Version to the time at which it was first seen on a new connection. */
  readonly versions = new Map<string, number>();
  private readonly sick = new SickClients(this.bins);

  constructor(service: string, environment: string | null) {
    this.service = service;
    this.environment = environment;
  }

  add(counted: CountedConnection): void {
    this.connections.set(counted.connection.id, counted);
    for (const time of counted.spoke) this.newest = Math.max(this.newest, time);
    this.noteVersion(counted);
    this.apply(counted, 1);
  }

  remove(counted: CountedConnection): void {
    this.connections.delete(counted.connection.id);
    this.apply(counted, -1);
  }

  /** Lets a connection go and leaves what it added to the bins. */
  forget(id: string): void {
    this.connections.delete(id);
  }

  forgetBefore(bin: number, time: number): void {
    this.bins.forgetBefore(bin);
    this.sick.forgetBefore(time);
  }

  /** What one connection adds to the bins: a pure function of it, so that it can be taken back exactly. */
  private apply(counted: CountedConnection, sign: 1 | -1): void {
    this.revision++;
    const { connection, exposedFrom } = counted;
    const instance = connection.instance ?? '';
    for (const time of counted.spoke) this.bins.speak(time, instance, sign);
    if (counted.openSeen && connection.openedAt !== null) {
      const bin = this.bins.changing(connection.openedAt);
      if (bin) bin.opens += sign;
    }
    if (exposedFrom !== null) this.expose(connection, exposedFrom, instance, sign);
    if (connection.closedAt !== null) this.close(counted, connection.closedAt, sign);
  }

  private expose(connection: Connection, from: number, instance: string, sign: number): void {
    const end = connection.closedAt ?? Number.POSITIVE_INFINITY;
    const grownUp = connection.openedAt! + YOUNG_UNTIL;
    if (from < grownUp) {
      this.bins.step(from, instance, sign, 0);
      this.bins.step(Math.min(grownUp, end), instance, -sign, 0);
    }
    if (end <= grownUp) return;
    this.bins.step(Math.max(from, grownUp), instance, 0, sign);
    if (end !== Number.POSITIVE_INFINITY) this.bins.step(end, instance, 0, -sign);
  }

  private close(counted: CountedConnection, closedAt: number, sign: 1 | -1): void {
    const { connection } = counted;
    const bin = this.bins.changing(closedAt);
    if (bin) {
      bin.closes.set(connection.code, (bin.closes.get(connection.code) ?? 0) + sign);
      if (!counted.openSeen) bin.orphans += sign;
    }
    if (!connection.payloadBug) return;
    const client = clientKey(connection);
    if (bin) {
      if (sign > 0) bin.bugs.set(connection.id, { id: connection.id, client, time: closedAt });
      else bin.bugs.delete(connection.id);
      if (connection.code !== 1007) bin.equivalents += sign;
    }
    const young = connection.openedAt !== null && closedAt - connection.openedAt < YOUNG_UNTIL;
    const bug = { id: connection.id, time: closedAt, young };
    if (sign > 0) this.sick.add(client, bug);
    else this.sick.remove(client, bug);
  }

  private noteVersion({ connection, firstTime }: CountedConnection): void {
    const { serviceVersion } = connection;
    if (serviceVersion === null) return;
    const known = this.versions.get(serviceVersion) ?? Number.POSITIVE_INFINITY;
    if (firstTime < known) this.versions.set(serviceVersion, firstTime);
  }
}
