import { EventQueue } from './event-queue.ts';
import type { FleetShape, Manner } from './fleet-shape.ts';
import type { Random } from './random.ts';
import { POLICIES, type ReconnectPolicy } from './reconnect-policy.ts';
import type { RowWriter } from './row-writer.ts';

/** One process of the service. */
export interface Process {
  instance: string;
  version: string;
  /** Takes connections; one that drains may still, for as long as the balancer lags. */
  isReady: boolean;
  isGone: boolean;
  /** While it drains: when a connection that it has is closed at the latest. */
  drainsUntil: number | null;
  open: Set<Link>;
}

export interface Client {
  index: number;
  id: string | null;
  policy: ReconnectPolicy;
  isInstrumented: boolean;
  link: Link | null;
  /** Its network is down until then. */
  offlineUntil: number;
  /** Retries are told from the first try by it. */
  attempt: number;
  /** Grows with each plan, so that an older one is void. */
  plan: number;
  /** When it leaves by itself: whoever is cut off comes back for the rest of its visit. */
  leavesAt: number;
}

/** One connection. */
export interface Link {
  number: number;
  client: Client;
  process: Process;
  proxy: number;
  openedAt: number;
}

/** How a connection ends, as each side sees it; null where that side is dead, or tells nothing. */
export interface Ending {
  server: { code: number; initiator: 'local' | 'remote' | 'transport' } | null;
  client: { code: number; initiator: 'local' | 'remote' | 'transport' };
  payload?: boolean;
}

const SHORT_VISIT = 90; // s, mean
/** A client that left by itself comes again after so long, on average a third of its life. */
const AWAY = 1 / 3;

/** A service with its clients, second by second. Everything random comes from `random`. */
export class Fleet {
  readonly queue = new EventQueue();
  readonly processes: Process[] = [];
  readonly clients: Client[] = [];
  now = 0;
  /** Called after each open. */
  opened: (link: Link) => void = () => undefined;
  readonly shape: FleetShape;
  readonly random: Random;
  private readonly rows: RowWriter;
  private links = 0;
  private names = 0;

  constructor(shape: FleetShape, version: string, random: Random, rows: RowWriter) {
    this.shape = shape;
    this.random = random;
    this.rows = rows;
    for (let index = 0; index < shape.instances; index += 1)
      this.startProcess(this.newName(index), version).isReady = true;
    this.populate();
  }

  runUntil(time: number): void {
    this.queue.run(time, now => {
      this.now = now;
    });
  }

  /** The name of a slot's next process. */
  newName(slot: number): string {
    return this.shape.keepsIds ? `gateway-${slot}` : `gateway-${(this.names++).toString(36)}-${slot}`;
  }

  startProcess(instance: string, version: string): Process {
    const process = { instance, version, isReady: false, isGone: false, drainsUntil: null, open: new Set<Link>() };
    this.processes.push(process);
    this.sendGauge(process);
    return process;
  }

  private sendGauge(process: Process): void {
    const { gauge } = this.shape;
    if (gauge === null) return;
    const send = () => {
      if (process.isGone) return;
      this.rows.gauge(process, this.now);
      this.queue.add(this.now + gauge, send);
    };
    this.queue.add(this.now + gauge * this.random.next(), send);
  }

  /** Ends a process in the service's manner: the load balancer lags, its connections are closed over the drain. Calls `done` when it is gone. */
  shutDown(process: Process, manner: Manner, done: () => void = () => undefined): void {
    const { drain, balancerLag } = this.shape;
    if (manner === 'exit') {
      this.kill(process);
      done();
      return;
    }
    const until = this.now + drain;
    process.drainsUntil = until;
    this.queue.add(this.now + balancerLag, () => {
      process.isReady = false;
    });
    for (const link of process.open)
      this.queue.add(this.now + this.random.next() * drain, () => this.end(link, shutDownEnding(manner)));
    this.queue.add(until + balancerLag + 0.2, () => {
      process.isReady = false;
      process.isGone = true;
      for (const link of process.open) this.end(link, shutDownEnding(manner));
      done();
    });
  }

  /** The process is gone between two instructions: it tells nothing, and its clients see their sockets close. */
  kill(process: Process): void {
    process.isReady = false;
    process.isGone = true;
    const dead: Ending = { server: null, client: { code: 1006, initiator: 'transport' } };
    for (const link of process.open) this.queue.add(this.now + this.random.next() * 0.2, () => this.end(link, dead));
  }

  /** Ends a connection, if it is still there; its client comes back as its library does. */
  end(link: Link, ending: Ending): void {
    if (!this.drop(link, ending)) return;
    const { client } = link;
    client.attempt = 0;
    this.retry(client);
  }

  /** All connections, in the order in which they were opened. */
  allLinks(): Link[] {
    return this.processes.flatMap(process => [...process.open]);
  }

  private drop(link: Link, ending: Ending): boolean {
    if (!link.process.open.delete(link)) return false;
    if (link.client.link === link) link.client.link = null;
    this.rows.close(link, ending, this.now);
    return true;
  }

  private retry(client: Client): void {
    const delay = client.policy(client.attempt, this.random);
    const plan = ++client.plan;
    this.queue.add(this.now + (delay ?? 60), () => {
      if (client.plan === plan && client.link === null) this.connect(client);
    });
  }

  private connect(client: Client): void {
    const process = this.now < client.offlineUntil ? null : this.choose();
    if (process === null) {
      client.attempt += 1;
      this.retry(client);
      return;
    }
    const link = this.open(client, process, this.now);
    this.rows.connect(link, this.now);
    if (client.leavesAt <= this.now) client.leavesAt = this.now + this.life();
    this.planEnd(link, client.leavesAt);
    const { drainsUntil } = process;
    if (drainsUntil !== null)
      this.queue.add(Math.max(this.now + 0.05, drainsUntil), () => this.end(link, shutDownEnding(this.shape.manner)));
    this.opened(link);
  }

  private open(client: Client, process: Process, openedAt: number): Link {
    const proxy = this.random.whole(0, Math.max(0, this.shape.proxies - 1));
    const link = { number: this.links++, client, process, proxy, openedAt };
    process.open.add(link);
    client.link = link;
    return link;
  }

  private choose(): Process | null {
    const ready = this.processes.filter(({ isReady, isGone }) => isReady && !isGone);
    if (ready.length === 0) return null;
    if (!this.shape.leastConnections) return this.random.pick(ready);
    const [one, other] = [this.random.pick(ready), this.random.pick(ready)];
    return one.open.size <= other.open.size ? one : other;
  }

  /** A client's own end: a tab that closes, an application that is done, a phone in a tunnel. */
  private planEnd(link: Link, time: number): void {
    this.queue.add(time, () => {
      const { phones, withoutCode } = this.shape;
      const kind = this.random.next();
      if (kind < phones) {
        link.client.leavesAt = 0;
        this.end(link, {
          server: { code: 1006, initiator: 'transport' },
          client: { code: 1006, initiator: 'transport' },
        });
        return;
      }
      const code = kind < phones + (1 - phones) * withoutCode ? 1005 : this.random.chance(0.7) ? 1001 : 1000;
      if (!this.drop(link, { server: { code, initiator: 'remote' }, client: { code, initiator: 'local' } })) return;
      const { client } = link;
      const plan = ++client.plan;
      this.queue.add(this.now + this.random.exponential(this.life() * AWAY + 1), () => {
        client.attempt = 0;
        if (client.plan === plan && client.link === null) this.connect(client);
      });
    });
  }

  private life(): number {
    const { visits, meanLife } = this.shape;
    return this.random.exponential(this.random.chance(visits) ? SHORT_VISIT : meanLife);
  }

  /** Clients that have been there for a while: their connections are as old as such are. */
  private populate(): void {
    const { connections, identified, instrumented, secondTab, libraries, recordBegins, meanLife } = this.shape;
    const ready = this.processes;
    for (let index = 0; index < connections; index += 1) {
      const isTab = index > 0 && this.random.chance(secondTab);
      const client: Client = {
        index,
        id: this.random.chance(identified) ? `client-${isTab ? index - 1 : index}` : null,
        policy: POLICIES[this.random.weighted(libraries)]!,
        isInstrumented: this.random.chance(instrumented),
        link: null,
        offlineUntil: 0,
        attempt: 0,
        plan: 0,
        leavesAt: this.life(),
      };
      this.clients.push(client);
      const age = Math.min(this.random.exponential(meanLife), recordBegins ? 86_400 : 2_000);
      const link = this.open(client, ready[index % ready.length]!, -age);
      if (!recordBegins) this.rows.connect(link, -age);
      this.planEnd(link, client.leavesAt);
    }
  }
}

function shutDownEnding(manner: Manner): Ending {
  if (manner === 'terminate')
    return { server: { code: 1006, initiator: 'local' }, client: { code: 1006, initiator: 'transport' } };
  const code = manner === 'exit' ? 1006 : manner;
  return { server: { code, initiator: 'local' }, client: { code, initiator: 'remote' } };
}
