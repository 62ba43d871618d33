import type { CloseEvent } from '@closewatch/collector';
import { randomFrom, row } from './event.fixture.ts';

interface Open {
  id: string;
  client: number;
  instance: string;
  version: string;
  openedAt: number;
}

/** What a fleet is made of. Times are epoch milliseconds, rates per second. */
export interface FleetOptions {
  seed: number;
  startedAt: number;
  clients: number;
  instances: number;
  version: string;
}

/**
 * A small fleet that only its servers report: clients that stay connected, and whatever is done to them. Rows come out in
 * order of event time.
 */
export class Fleet {
  readonly events: CloseEvent[] = [];
  now: number;
  private readonly random: () => number;
  private readonly open = new Map<number, Open>();
  private readonly versions = new Map<string, string>();
  /** Comebacks that are due, by client. */
  private readonly due: { at: number; client: number }[] = [];
  private connections = 0;
  /** The version that a client runs. */
  clientVersion: (client: number) => string = client => (client % 5 === 0 ? '5.2.0' : '5.1.0');
  /** Whether a client that a roll cuts off stays away. */
  staysAway: (client: number) => boolean = () => false;
  /** The chance that a client's first message after an open is not text. */
  firstMessageBug: (client: number) => number = () => 0;

  constructor({ seed, startedAt, clients, instances, version }: FleetOptions) {
    this.random = randomFrom(seed);
    this.now = startedAt;
    for (let index = 0; index < instances; index++) this.versions.set(`pod-${version}-${index}`, version);
    for (let client = 0; client < clients; client++) this.due.push({ at: startedAt + this.random() * 2_000, client });
  }

  /** An instance more, with a version of its own. */
  addInstance(instance: string, version: string): this {
    this.versions.set(instance, version);
    return this;
  }

  /** Lets time pass with payload bugs at a rate, each of a client picked among those that `who` allows. */
  pass(seconds: number, bugsPerSecond = 0, who: (client: number) => boolean = () => true): this {
    const until = this.now + seconds * 1_000;
    while (this.now < until) {
      const wait =
        bugsPerSecond > 0 ? (-Math.log(1 - this.random()) / bugsPerSecond) * 1_000 : Number.POSITIVE_INFINITY;
      const next = Math.min(this.now + wait, until);
      this.comeBack(next);
      this.now = next;
      if (next < until) this.bug(who);
    }
    return this;
  }

  /** Replaces the instances one after another, `pause` seconds apart; each says 1012 to all of its clients. */
  roll(version: string, pause: number, during: (step: number) => void = () => undefined, bugsPerSecond = 0): this {
    const before = [...this.versions.keys()];
    for (const [index, instance] of before.entries()) {
      this.versions.delete(instance);
      this.versions.set(`pod-${version}-${index}`, version);
      for (const one of [...this.open.values()].filter(open => open.instance === instance)) {
        this.close(one, { code: 1012, initiator: 'local', time: this.now + this.random() * 500 });
        const at = this.now + 1_000 + this.random() * 3_000;
        if (!this.staysAway(one.client)) this.due.push({ at, client: one.client });
      }
      during(index);
      this.pass(pause, bugsPerSecond);
    }
    return this;
  }

  /** One payload bug now, of a client that `who` allows. */
  sicken(who: (client: number) => boolean): this {
    this.bug(who);
    return this;
  }

  /** One client closes as browsers do, and is back soon: a sign of life. */
  reload(): this {
    const one = this.open.values().next().value!;
    this.close(one, { code: 1001, initiator: 'remote', time: this.now });
    this.due.push({ at: this.now + 1_000, client: one.client });
    return this.pass(2);
  }

  private comeBack(until: number): void {
    this.due.sort((a, b) => a.at - b.at);
    while (this.due[0] && this.due[0].at <= until) {
      const { at, client } = this.due.shift()!;
      const opened = this.connect(client, at);
      if (this.random() < this.firstMessageBug(client)) this.sendBytes(opened, at + 50);
    }
  }

  private connect(client: number, time: number): Open {
    const instances = [...this.versions];
    const [instance, version] = instances[Math.floor(this.random() * instances.length)]!;
    const one = { id: `c${++this.connections}`, client, instance, version, openedAt: time };
    this.open.set(client, one);
    this.events.push(row({ kind: 'connect', ...this.commonOf(one), time, startedAt: time - 5 }));
    return one;
  }

  private bug(who: (client: number) => boolean): void {
    const able = [...this.open.values()].filter(one => who(one.client) && one.openedAt < this.now);
    const one = able[Math.floor(this.random() * able.length)];
    if (one) this.sendBytes(one, this.now);
  }

  private sendBytes(one: Open, time: number): void {
    this.close(one, {
      code: 1007,
      codeSent: 1007,
      initiator: 'local',
      failed: true,
      time,
      payloadDefect: 'invalid_utf8',
      payloadSignature: 'gzip',
      payloadOffset: 1,
      payloadSender: 'client',
    });
    this.due.push({ at: time + 1_000 + this.random() * 3_000, client: one.client });
  }

  private close(one: Open, how: Partial<CloseEvent> & { time: number }): void {
    this.open.delete(one.client);
    const connectionDuration = (how.time - one.openedAt) / 1_000;
    this.events.push(row({ kind: 'close', ...this.commonOf(one), connectionDuration, startedAt: how.time, ...how }));
  }

  private commonOf({ id, client, instance, version }: Open): Partial<CloseEvent> {
    return {
      connectionId: id,
      instance,
      serviceVersion: version,
      clientId: `client-${client}`,
      clientName: 'app',
      clientVersion: this.clientVersion(client),
    };
  }

  /** The rows so far in order of event time. */
  rows(): CloseEvent[] {
    return this.events.map(event => ({ ...event, receivedAt: event.time })).sort((a, b) => a.time - b.time);
  }
}
