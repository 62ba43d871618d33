import type { Connection } from '../connection.ts';
import { randomFrom } from '../event.fixture.ts';
import { Cohorts } from '../facts/cohorts.ts';
import { BIN } from '../facts/limits.ts';
import { ServiceBins } from '../facts/service-bins.ts';
import { SickClients } from '../facts/sick-clients.ts';

/** Who a simulated client is: what a cohort can be made of. */
export type Identity = Pick<
  Connection,
  'clientName' | 'clientVersion' | 'serviceVersion' | 'region' | 'urlTemplate' | 'subprotocol' | 'payloadSignature'
>;

/** One client that falls sick. */
export interface SickClient {
  /** Seconds since the service began. */
  second: number;
  client: string;
  identity: Identity;
}

/** A client of an app's version, in a region. */
export function identityOf(clientVersion: string, region: string): Identity {
  return {
    clientName: 'app',
    clientVersion,
    serviceVersion: '1.8.0',
    region,
    urlTemplate: '/chat',
    subprotocol: null,
    payloadSignature: 'gzip',
  };
}

/** Sick clients at a rate a second, each of them new. */
export function sickAt(identity: Identity, rate: number, from: number, to: number, seed: number): SickClient[] {
  const random = randomFrom(seed);
  const sick: SickClient[] = [];
  for (let second = from; ; ) {
    second += -Math.log(1 - random()) / rate;
    if (second >= to) return sick;
    sick.push({ second, client: `${seed} ${sick.length}`, identity });
  }
}

/** The facts of one service whose connections stay open, so many of each identity, and that speaks for some seconds. */
export class SimulatedCohorts {
  readonly bins = new ServiceBins();
  readonly cohorts = new Cohorts();
  private readonly sick = new SickClients(this.bins, this.cohorts);

  constructor(connections: ReadonlyMap<Identity, number>, seconds: number) {
    let index = 0;
    for (const [identity, count] of connections) {
      const profile = this.cohorts.profileOf(identity, false);
      for (let each = 0; each < count; each++, index++) {
        for (const [time, young, old] of [
          [index % 5_000, 1, 0],
          [(index % 5_000) + 10_000, -1, 1],
        ] as const) {
          this.bins.step(time, 'pod', young, old);
          this.cohorts.step(time, profile, young, old);
        }
      }
    }
    for (let second = 0; second < seconds; second += 60) this.bins.speak(second * BIN, 'pod', 1);
  }

  sicken({ second, client, identity }: SickClient): void {
    const time = Math.floor(second * BIN);
    const id = `bug ${client}`;
    this.bins.changing(time)!.bugs.set(id, { id, client, time, weight: 1, trusted: true });
    this.sick.add(client, { id, time, young: false, profile: this.cohorts.profileOf(identity, true) });
  }
}
