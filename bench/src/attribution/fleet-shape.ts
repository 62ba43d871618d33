import type { Random } from './random.ts';

/** Attributes that a simulated client or server may lack. */
export type OptionalField = 'clientVersion' | 'clientName' | 'region' | 'urlTemplate' | 'subprotocol';

/** What a simulated fleet is made of. Times are seconds. */
export interface FleetShape {
  clients: number;
  /** Versions of each application; `sharedVersions`: they are numbered alike, so that a version alone names none. */
  versionsByApp: number[];
  sharedVersions: boolean;
  /** Exponent of Zipf's law for the sizes of applications, versions, regions and endpoints. */
  skew: number;
  regions: number;
  instances: number;
  /** A client stays in its own region. */
  regional: boolean;
  endpoints: number;
  /** Each application uses endpoints of its own. */
  endpointsByApp: boolean;
  templates: boolean;
  /** Rooms under each endpoint, each a path of its own; 1: the path says no more than the template. */
  rooms: number;
  subprotocol: 'none' | 'by_app' | 'by_endpoint' | 'free';
  clientIds: boolean;
  /** Share of the clients that lack it. */
  missing: Partial<Record<OptionalField, number>>;
  /** One application says no version at all. */
  silentApp: boolean;
  /** How long a connection lasts by itself, on average. */
  meanLife: number;
  deploy: 'none' | 'canary' | 'roll_during' | 'roll_before';
  /** Seconds from one instance's end to the next one's in a roll. */
  pause: number;
}

/** A shape at random: from 40 clients of one kind to 4,000 of many, with what real telemetry lacks. */
export function drawShape(random: Random): FleetShape {
  const apps = 1 + random.below(3);
  const missing: FleetShape['missing'] = {};
  if (random.chance(0.4)) {
    const field = random.pick<OptionalField>(['clientVersion', 'clientName', 'region', 'urlTemplate', 'subprotocol']);
    missing[field] = random.between(0.05, 0.3);
  }
  return {
    clients: Math.round(random.logBetween(40, 4_000)),
    versionsByApp: Array.from({ length: apps }, () => 1 + random.below(8)),
    sharedVersions: random.chance(0.5),
    skew: random.between(0, 1.5),
    regions: 1 + random.below(4),
    instances: 2 + random.below(19),
    regional: random.chance(0.7),
    endpoints: 1 + random.below(8),
    endpointsByApp: random.chance(0.4),
    templates: random.chance(0.7),
    rooms: random.chance(0.3) ? Math.round(random.logBetween(10, 1_000)) : 1,
    subprotocol: random.pick(['none', 'by_app', 'by_endpoint', 'free']),
    clientIds: random.chance(0.85),
    missing,
    silentApp: apps > 1 && random.chance(0.1),
    meanLife: random.logBetween(60, 3_600),
    deploy: (['none', 'canary', 'roll_during', 'roll_before'] as const)[random.weighted([0.35, 0.15, 0.35, 0.15])]!,
    pause: random.between(3, 30),
  };
}
