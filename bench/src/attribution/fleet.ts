import type { FleetShape } from './fleet-shape.ts';
import { type Random, zipfWeights } from './random.ts';

/** Who a client is, whatever server it is connected to; null where it does not say. */
export interface Client {
  id: string;
  clientId: string | null;
  clientName: string | null;
  clientVersion: string | null;
  urlTemplate: string | null;
  urlPath: string;
  subprotocol: string | null;
  /** The region that it connects to, by number; null for any. */
  home: number | null;
}

/** One life of a server process, in seconds since the bug began. */
export interface Server {
  instance: string;
  serviceVersion: string;
  region: string | null;
  home: number;
  /** Takes connections from, and sheds them all at. */
  from: number;
  until: number;
}

/** The clients and the servers of one simulated service. */
export interface Fleet {
  clients: Client[];
  servers: Server[];
}

const OLD = '1.8.1';
const NEW = '1.8.2';

export function drawFleet(shape: FleetShape, random: Random): Fleet {
  return { clients: drawClients(shape, random), servers: drawServers(shape, random) };
}

function drawClients(shape: FleetShape, random: Random): Client[] {
  const { skew, endpoints, rooms, missing } = shape;
  const apps = zipfWeights(shape.versionsByApp.length, skew);
  const lacks = (field: keyof FleetShape['missing']) => random.chance(missing[field] ?? 0);
  return Array.from({ length: shape.clients }, (_, index) => {
    const app = random.weighted(apps);
    const version = random.weighted(zipfWeights(shape.versionsByApp[app]!, skew));
    const own = shape.endpointsByApp ? app : 0;
    const endpoint = own * endpoints + random.weighted(zipfWeights(endpoints, skew));
    const room = rooms === 1 ? '' : `/${random.weighted(zipfWeights(rooms, skew))}`;
    const isSilent = shape.silentApp && app === shape.versionsByApp.length - 1;
    return {
      id: `client-${index}`,
      clientId: shape.clientIds ? `client-${index}` : null,
      clientName: lacks('clientName') ? null : `app-${app}`,
      clientVersion: isSilent || lacks('clientVersion') ? null : `5.${shape.sharedVersions ? 0 : app}.${version}`,
      urlTemplate: !shape.templates || lacks('urlTemplate') ? null : `/e${endpoint}/{room}`,
      urlPath: `/e${endpoint}${room}`,
      subprotocol: lacks('subprotocol') ? null : subprotocolOf(shape, app, endpoint, random),
      home: shape.regional ? random.weighted(zipfWeights(shape.regions, skew)) : null,
    };
  });
}

function subprotocolOf({ subprotocol }: FleetShape, app: number, endpoint: number, random: Random): string | null {
  if (subprotocol === 'none') return null;
  const number = subprotocol === 'by_app' ? app : subprotocol === 'by_endpoint' ? endpoint % 3 : random.below(3);
  return `protocol-${number}`;
}

function drawServers(shape: FleetShape, random: Random): Server[] {
  const lacksRegion = random.chance(shape.missing.region ?? 0);
  const slots = Math.max(shape.instances, shape.regions);
  const canaries = Math.max(1, Math.round(slots * random.between(0.1, 0.5)));
  const begin = shape.deploy === 'roll_during' ? random.between(-20, 60) : -random.between(600, 3_600);
  return Array.from({ length: slots }, (_, slot) => slot).flatMap(slot => {
    const home = slot % shape.regions;
    // Where a region is missing it is so for a share of the servers: telemetry is configured by machine.
    const region = lacksRegion && slot % 4 === 3 ? null : `region-${home}`;
    const server = { region, home, from: Number.NEGATIVE_INFINITY, until: Number.POSITIVE_INFINITY };
    const old = { ...server, instance: `old-${slot}`, serviceVersion: OLD };
    const replacement = { ...server, instance: `new-${slot}`, serviceVersion: NEW };
    if (shape.deploy === 'none') return [old];
    if (shape.deploy === 'canary') return [slot < canaries ? replacement : old];
    const replacedAt = begin + slot * shape.pause;
    return [
      { ...old, until: replacedAt },
      { ...replacement, from: replacedAt },
    ];
  });
}
