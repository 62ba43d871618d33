import { FleetProcess, type FleetWatch, type Identity } from './fleet-process.ts';
import type { ClientsOrder, ClientsReport, GatewayOrder, GatewayReport } from './orders.ts';
import type { Story } from './story.ts';

type Gateway = FleetProcess<GatewayOrder, GatewayReport>;
type Clients = FleetProcess<ClientsOrder, ClientsReport>;

const GATEWAY = new URL('./gateway.ts', import.meta.url);
const CLIENTS = new URL('./clients.ts', import.meta.url);

/** Two, so that no single process sees every client and none has more than a core's work. */
const CLIENT_PROCESSES = 2;

function gatewayIdentity(story: Story, slot: number, version: string, generation: number): Identity {
  return {
    service: story.service,
    attributes: {
      'service.version': version,
      'service.instance.id': `${story.service}-${slot}-${generation}`,
      'deployment.environment.name': story.environment,
      'cloud.region': story.regions[slot] as string,
    },
  };
}

function clientsIdentity(story: Story, index: number): Identity {
  return {
    service: 'fleet-clients',
    attributes: {
      'service.instance.id': `fleet-clients-${index}`,
      'deployment.environment.name': story.environment,
    },
  };
}

/** The processes of the demo: a gateway in every slot, and the clients. */
export class Fleet {
  readonly #story: Story;
  readonly #watch: FleetWatch;
  readonly #gateways: Gateway[] = [];
  readonly #ports: number[] = [];
  readonly #generations: number[] = [];
  readonly #clients: Clients[] = [];
  readonly #all = new Set<Gateway | Clients>();

  constructor(story: Story, watch: FleetWatch) {
    this.#story = story;
    this.#watch = watch;
  }

  /** Starts every process, and resolves when every client has been connected. */
  async start(): Promise<void> {
    const slots = this.#story.regions.map((_, slot) => slot);
    const clients = Array.from({ length: CLIENT_PROCESSES }, (_, index) => this.#startClients(index));
    const gateways = slots.map(slot => this.#startGateway(slot, this.#story.firstVersion));
    await Promise.all(gateways.map(gateway => gateway.hear('ready')));
    await Promise.all(gateways.map((gateway, slot) => this.#takeSlot(gateway, slot, 0)));
    await Promise.all(clients.map((process, index) => this.#connect(process, index)));
  }

  /** Replaces the gateway of a slot by one of another version, on the same port. Answers how many connections it closed. */
  async replace(slot: number, version: string): Promise<number> {
    const successor = this.#startGateway(slot, version);
    await successor.hear('ready');
    const old = this.#gateways[slot] as Gateway;
    old.tell({ type: 'drain' });
    const left = old.left();
    const { connections } = await old.hear('drained');
    await this.#takeSlot(successor, slot, this.#ports[slot] as number);
    await left;
    this.#all.delete(old);
    return connections;
  }

  /** Makes one client send these bytes as text, once. */
  sendStray(clientId: string, bytes: Uint8Array): void {
    this.#clients[this.#processOf(clientId)]?.tell({ type: 'stray', clientId, bytes });
  }

  /** Gives the story's client version its bug. */
  turnBugOn(): void {
    const { clientVersion, messageIndex, wrong } = this.#story.bug;
    for (const clients of this.#clients) {
      clients.tell({ type: 'bug_on', clientVersion, messageIndex, bytes: wrong.bytes });
    }
  }

  /** Mends the story's client version. */
  turnBugOff(): void {
    for (const clients of this.#clients) clients.tell({ type: 'bug_off' });
  }

  /** Stops the traffic and resolves when everything that has happened is exported; nothing is exported after that. */
  async freeze(): Promise<void> {
    for (const clients of this.#clients) clients.tell({ type: 'hush' });
    await Promise.all(this.#clients.map(clients => clients.hear('hushed')));
    for (const member of this.#all) member.tell({ type: 'freeze' });
    await Promise.all(this.#gateways.map(gateway => gateway.hear('frozen')));
    await Promise.all(this.#clients.map(clients => clients.hear('frozen')));
  }

  /** Ends every process at once. */
  kill(): void {
    for (const member of this.#all) member.kill();
    this.#all.clear();
  }

  #startGateway(slot: number, version: string): Gateway {
    const generation = (this.#generations[slot] ?? 0) + 1;
    this.#generations[slot] = generation;
    const identity = gatewayIdentity(this.#story, slot, version, generation);
    const name = identity.attributes['service.instance.id'] as string;
    const gateway: Gateway = new FleetProcess(name, GATEWAY, identity, this.#watch);
    this.#all.add(gateway);
    return gateway;
  }

  #startClients(index: number): Clients {
    const name = `fleet-clients-${index}`;
    const clients: Clients = new FleetProcess(name, CLIENTS, clientsIdentity(this.#story, index), this.#watch);
    this.#all.add(clients);
    this.#clients[index] = clients;
    return clients;
  }

  async #takeSlot(gateway: Gateway, slot: number, port: number): Promise<void> {
    gateway.tell({ type: 'listen', port });
    const listening = await gateway.hear('listening');
    this.#ports[slot] = listening.port;
    this.#gateways[slot] = gateway;
  }

  async #connect(process: Clients, index: number): Promise<void> {
    await process.hear('ready');
    const clients = this.#story.clients.filter(client => this.#processOf(client.id) === index);
    process.tell({ type: 'connect', clients, ports: this.#ports, seed: this.#story.seed * 1000 + index * 500 });
    await process.hear('connected');
  }

  #processOf(clientId: string): number {
    const position = this.#story.clients.findIndex(client => client.id === clientId);
    if (position < 0) throw new RangeError(`expected a client of the story, got "${clientId}"`);
    return Math.floor((position * CLIENT_PROCESSES) / this.#story.clients.length);
  }
}
