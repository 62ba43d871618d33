import type { Connection } from '../../../analyzer/src/connection.ts';
import type { CountedConnection } from '../../../analyzer/src/facts/merge-connection.ts';
import type { Random } from '../attribution/random.ts';

/** One simulated service through one deploy. Times are seconds. */
export interface DeployScenario {
  clients: number;
  instances: number;
  regions: number;
  /** How long a connection lasts by itself, on average. */
  meanLife: number;
  /** A roll replaces all instances, `pause` apart, from region to region; a canary is one of them, for good. */
  deploy: 'roll' | 'canary';
  pause: number;
  /** Who comes back goes to the emptiest instance, which is a new one; or to any. */
  leastConnections: boolean;
  /** The chance of a bug at a first message, and of each second of a connection, of everybody. */
  first: number;
  perSecond: number;
  /** Client 5.2.0's bugs are so many times as frequent, and it is back at once where others take 1 to 4 s. */
  eagerClient: number;
  /** The bugs of the last region are so many times as frequent. */
  lastRegion: number;
  /** From the deploy's first minute on everybody's bugs are so many times as frequent. */
  commonRise: number;
  /** Each bug takes so many clients of the same instance along, on average. */
  clump: number;
  /** On the new version bugs are so many times as frequent; 1: the deploy is harmless. */
  newVersion: number;
}

/** When the deploy begins, and when the simulation ends. */
export const DEPLOYED = 3_600;
export const END = 5_400;
/** Epoch milliseconds. */
export const BEGIN = Date.parse('2026-11-23T09:00:00Z');

interface Server {
  instance: string;
  version: string;
  region: number;
  from: number;
  until: number;
}

/** All connections of the service until its end. */
export function simulateService(scenario: DeployScenario, random: Random): CountedConnection[] {
  const servers = serversOf(scenario);
  const all: CountedConnection[] = [];
  for (let client = 0; client < scenario.clients; client++) simulateClient(all, client, { scenario, servers }, random);
  return scenario.clump > 1 ? withClumps(all, scenario.clump, random) : all;
}

function serversOf({ instances, regions, deploy, pause }: DeployScenario): Server[] {
  return Array.from({ length: instances }, (_, slot) => slot).flatMap(slot => {
    const region = Math.floor((slot * regions) / instances);
    const old = { instance: `old-${slot}`, version: '1.8.1', region, from: 0, until: Number.POSITIVE_INFINITY };
    const fresh = { ...old, instance: `new-${slot}`, version: '1.8.2', from: DEPLOYED + slot * pause };
    if (deploy === 'canary') return slot === 0 ? [old, { ...fresh, from: DEPLOYED }] : [old];
    return [{ ...old, until: fresh.from }, fresh];
  });
}

function simulateClient(
  all: CountedConnection[],
  client: number,
  { scenario, servers }: { scenario: DeployScenario; servers: readonly Server[] },
  random: Random,
): void {
  const region = random.below(scenario.regions);
  const isEager = scenario.eagerClient !== 1 && client % 5 === 0;
  let opensAt = random.between(0, 60);
  for (let count = 0; opensAt < END; count++) {
    const able = servers.filter(one => one.region === region && one.from <= opensAt && opensAt < one.until);
    const fresh = able.filter(({ from }) => from > 0);
    const server = random.pick(scenario.leastConnections && fresh.length > 0 ? fresh : able);
    const rise = (server.from > 0 ? scenario.newVersion : 1) * (isEager ? scenario.eagerClient : 1);
    const factor = rise * (region === scenario.regions - 1 ? scenario.lastRegion : 1);
    const ends = Math.min(opensAt + random.exponential(scenario.meanLife), server.until, END);
    const bugAt = bugOn(opensAt, ends, { scenario, factor }, random);
    const closesAt = bugAt ?? ends;
    const version = isEager ? '5.2.0' : `5.1.${client % 3}`;
    const times = { opensAt, closesAt: closesAt >= END ? null : closesAt, isBug: bugAt !== null };
    all.push(countedOf(`${client}/${count}`, `client-${client}`, version, server, times));
    // What has failed waits longer: a client that fails always would open a thousand times.
    opensAt = closesAt + (bugAt !== null ? random.between(30, 300) : isEager ? 0.05 : random.between(1, 4));
  }
}

function bugOn(
  opensAt: number,
  ends: number,
  { scenario, factor }: { scenario: DeployScenario; factor: number },
  random: Random,
): number | null {
  const riseAt = (time: number) => (time >= DEPLOYED + 60 ? scenario.commonRise : 1) * factor;
  if (random.chance(scenario.first * riseAt(opensAt)) && opensAt + 0.05 < ends) return opensAt + 0.05;
  if (scenario.perSecond === 0) return null;
  // Thinning: draws at the highest rate, and keeps as many as the rate of the moment has.
  const most = scenario.perSecond * factor * Math.max(1, scenario.commonRise);
  let time = opensAt;
  for (;;) {
    time += random.exponential(1 / most);
    if (time >= ends) return null;
    if (random.chance((scenario.perSecond * riseAt(time)) / most)) return time;
  }
}

function countedOf(
  id: string,
  clientId: string,
  clientVersion: string,
  { instance, version, region }: Server,
  { opensAt, closesAt, isBug }: { opensAt: number; closesAt: number | null; isBug: boolean },
): CountedConnection {
  const openedAt = BEGIN + Math.round(opensAt * 1_000);
  const closed = closesAt === null ? null : BEGIN + Math.round(closesAt * 1_000);
  const connection: Connection = {
    id,
    countedRole: 'server',
    service: 'gateway',
    environment: 'prod',
    serviceVersion: version,
    instance,
    region: `region-${region}`,
    urlTemplate: null,
    urlPath: '/live',
    subprotocol: null,
    clientName: 'app',
    clientVersion,
    clientId,
    openedAt,
    closedAt: closed,
    code: closed === null ? null : isBug ? 1007 : 1012,
    initiator: closed === null ? null : 'local',
    payloadBug: isBug,
    payloadDefect: isBug ? 'invalid_utf8' : null,
    payloadSignature: isBug ? 'gzip' : null,
    payloadOffset: null,
    payloadSize: null,
    payloadSender: null,
    payloadMessageIndex: null,
    backAt: null,
  };
  const spoke = closed === null ? [openedAt] : [openedAt, closed];
  return {
    connection,
    exposedFrom: openedAt,
    openSeen: true,
    openWeight: 1,
    closeWeight: 1,
    bugTrusted: true,
    spoke,
    firstTime: openedAt,
  };
}

/** Each bug takes others of its instance along that are open: their connections end within a second of it. */
function withClumps(all: readonly CountedConnection[], clump: number, random: Random): CountedConnection[] {
  const taken = new Map<string, number>();
  for (const { connection } of all) {
    if (!connection.payloadBug) continue;
    const { closedAt, instance } = connection;
    for (let more = 1; random.chance(1 - 1 / clump) && more < 10; more++) {
      const near = all.filter(
        ({ connection: one }) =>
          one.instance === instance &&
          one.openedAt! < closedAt! - 1_000 &&
          (one.closedAt ?? END_TIME) > closedAt! + 1_000,
      );
      if (near.length > 0) taken.set(random.pick(near).connection.id, closedAt! + random.below(1_000));
    }
  }
  return all.map(one => {
    const closedAt = taken.get(one.connection.id);
    if (closedAt === undefined) return one;
    const bug = { closedAt, code: 1007, payloadBug: true, payloadDefect: 'invalid_utf8' } as const;
    return { ...one, connection: { ...one.connection, ...bug }, spoke: [one.connection.openedAt!, closedAt] };
  });
}

const END_TIME = BEGIN + END * 1_000;
