import { clientKey } from '../connection.ts';
import { ArmBins } from '../deploy-test/arm-bins.ts';
import { ServiceClients } from '../wave/service-clients.ts';
import { ServiceProcesses } from '../wave/service-processes.ts';
import { CodeStreams } from './code-streams.ts';
import { Cohorts } from './cohorts.ts';
import { ConnectionSet, type RecordOf } from './connection-set.ts';
import { countChange } from './count-change.ts';
import { Drops } from './drops.ts';
import type { FailedHandshake } from './failed-handshake.ts';
import type { CountedConnection } from './merge-connection.ts';
import { ServiceBins } from './service-bins.ts';
import { SickClients } from './sick-clients.ts';
import { streamOfHandshake } from './stream-of.ts';

/** All that is known of one service in one environment: its connections and what they add up to. */
export class ServiceFacts {
  readonly service: string;
  readonly environment: string | null;
  readonly bins = new ServiceBins();
  /** Connections in memory: the open ones, and the closed ones of the last 45 minutes. */
  readonly connections: ConnectionSet;
  /** Failed handshakes of the last 45 minutes, by counted id. */
  readonly handshakes = new Map<string, FailedHandshake>();
  /** Closes by code and failed handshakes by status, those of them whose rise is worth a word. */
  readonly codes = new CodeStreams();
  /** What comparing versions needs. */
  readonly arms = new ArmBins();
  /** Connections that went away by themselves. */
  readonly drops = new Drops();
  /** Epoch milliseconds of the newest row that counts here. */
  newest = Number.NEGATIVE_INFINITY;
  /** Grows with every change: what was derived from the facts is stale when it differs. */
  revision = 0;
  /** Time from which on connections have changed in what they are or when they were, epoch milliseconds; see `takeChangedFrom`. */
  private changedFrom = Number.POSITIVE_INFINITY;
  /** The newest row of each instance, epoch milliseconds. */
  readonly lastWords = new Map<string, number>();
  /** Version to the time at which it was first seen on a new connection. */
  readonly versions = new Map<string, number>();
  /** The same connections by process and by client, for waves. */
  readonly processes = new ServiceProcesses();
  readonly clients = new ServiceClients(this.processes);
  /** The same by who connects to what: what a bug may lie in. */
  readonly cohorts = new Cohorts();
  private readonly sick = new SickClients(this.bins, this.cohorts);

  /** `recordOf` makes the record of a connection again that counts here; without it only sums are known. */
  constructor(service: string, environment: string | null, recordOf: RecordOf = noRecord) {
    this.service = service;
    this.environment = environment;
    this.connections = new ConnectionSet(recordOf);
  }

  /**
   * Counts a connection in the place of what was known of it; null for what was not known, or no longer counts. Its place among
   * `connections` is its owner's business.
   */
  replace(before: CountedConnection | null, after: CountedConnection | null): void {
    this.revision++;
    this.changedFrom = Math.min(this.changedFrom, changeBetween(before, after));
    this.arms.replace(before, after);
    this.processes.replace(before, after);
    this.clients.replace(before, after);
    countChange(this, this.sick, before, after);
    if (!after) return;
    const instance = after.connection.instance ?? '';
    let last = this.lastWords.get(instance) ?? Number.NEGATIVE_INFINITY;
    for (const time of after.spoke) if (time > last) last = time;
    this.lastWords.set(instance, last);
    if (last > this.newest) this.newest = last;
    this.noteVersion(after);
  }

  /** Puts a failed handshake in the place of what was known of it, as `replace` does. */
  replaceHandshake(before: FailedHandshake | null, after: FailedHandshake | null): void {
    this.revision++;
    for (const [one, sign] of [
      [before, -1],
      [after, 1],
    ] as const) {
      if (one === null) continue;
      const { connection, status, weight } = one;
      const { id, closedAt: time } = connection;
      this.changedFrom = Math.min(this.changedFrom, time);
      this.bins.speak(time, connection.instance ?? '', sign);
      const row = { id, client: clientKey(connection), time, weight, young: false };
      if (sign > 0) this.codes.add(streamOfHandshake(status), row);
      else this.codes.remove(streamOfHandshake(status), row);
    }
    if (before) this.handshakes.delete(before.connection.id);
    if (!after) return;
    this.handshakes.set(after.connection.id, after);
    this.newest = Math.max(this.newest, after.connection.closedAt);
  }

  /** Takes what the gauge of a process said of its open connections. */
  takeSample(
    instance: string | null,
    version: string | null,
    { time, connections, receivedAt }: { time: number; connections: number; receivedAt: number },
  ): void {
    this.revision++;
    this.processes.ofInstance(instance, version).addSample(time, connections, receivedAt);
  }

  /** From when on (epoch milliseconds) anything has changed since the last call; Infinity when nothing has. */
  takeChangedFrom(): number {
    const from = this.changedFrom;
    this.changedFrom = Number.POSITIVE_INFINITY;
    return from;
  }

  /** Lets an open connection go, and leaves what it added to the bins: it goes with its process. What has closed stays there until its time is over. */
  forgetOpen(counted: CountedConnection): void {
    this.processes.replace(counted, null);
    this.clients.replace(counted, null);
  }

  /** Drops bins below number `bin`, and windows of clients that ended before `time`; `now` is event time. Epoch milliseconds. */
  forgetBefore(bin: number, time: number, now: number): void {
    this.bins.forgetBefore(bin);
    this.arms.forgetBefore(bin);
    this.sick.forgetBefore(time);
    this.codes.forgetBefore(now, time);
    this.cohorts.forgetBefore(now);
    this.drops.forgetBefore(now);
  }

  private noteVersion({ connection, firstTime }: CountedConnection): void {
    const { serviceVersion } = connection;
    if (serviceVersion === null) return;
    const known = this.versions.get(serviceVersion) ?? Number.POSITIVE_INFINITY;
    if (firstTime < known) this.versions.set(serviceVersion, firstTime);
  }
}

/** The earliest time about which the two say different things. A close leaves what was before it as it was. */
function changeBetween(before: CountedConnection | null, after: CountedConnection | null): number {
  if (!before || !after) return (before ?? after)?.firstTime ?? Number.POSITIVE_INFINITY;
  const isSame = IDENTITY.every(key => before.connection[key] === after.connection[key]);
  if (!isSame || before.connection.openedAt !== after.connection.openedAt)
    return Math.min(before.firstTime, after.firstTime);
  return Math.min(
    before.connection.closedAt ?? Number.POSITIVE_INFINITY,
    after.connection.closedAt ?? Number.POSITIVE_INFINITY,
  );
}

/** What says who a connection is. */
const IDENTITY = [
  'serviceVersion',
  'instance',
  'region',
  'urlTemplate',
  'urlPath',
  'subprotocol',
  'clientName',
  'clientVersion',
  'clientId',
] as const satisfies readonly (keyof CountedConnection['connection'])[];

function noRecord(owner: number): never {
  throw new RangeError(`expected rows to make the record of connection ${owner} of, got none`);
}
