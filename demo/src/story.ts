import { between, pick, type Random, seededRandom, shuffled } from './seeded-random.ts';
import { latin1Text, WRONG_KINDS, type WrongBytes, wrongBytes } from './wrong-bytes.ts';

/** A range in seconds, from which the seed chooses. */
type Seconds = readonly [low: number, high: number];

/** How large the fleet is and how long each part of the story takes. All times are seconds. */
export interface Scale {
  slots: number;
  clients: number;
  /** How many clients run the version that gets the bug. */
  clientsWithBug: number;
  quiet: Seconds;
  /** From the start of one instance's replacement to the start of the next. */
  instanceGap: Seconds;
  /** From the end of the first deploy to the start of the second. */
  between: Seconds;
  /** From the first replacement of the second deploy to the bug. */
  bugAfter: Seconds;
  /** From the end of the second deploy to the end. */
  aftermath: Seconds;
  /** From one stray latin-1 message to the next. */
  strayEvery: Seconds;
  /** From a client's close to its first try to come back. */
  comeBackAfter: Seconds;
}

/** The demo: at most 41 + 2 * (3 * 5 + 1) + 15 + 20 = 108 s once the fleet is up, if a replacement takes a second at most. */
const FULL_SCALE: Scale = {
  slots: 4,
  clients: 240,
  clientsWithBug: 40,
  quiet: [39, 41],
  instanceGap: [4.6, 5],
  between: [14, 15],
  bugAfter: [4, 9],
  aftermath: [18.5, 20],
  strayEvery: [4.2, 5.8],
  comeBackAfter: [1, 5],
};

/** One client: a stable id, its application's name and version, the slot that it connects to, and its own rhythm. */
export interface ClientPlan {
  id: string;
  name: string;
  version: string;
  slot: number;
  /** Milliseconds from a close to the first try to come back. */
  comeBackAfter: number;
  /** Milliseconds from one message to the next, on average. */
  rhythm: number;
}

/** A rolling deploy: the slots in the order of their replacement, one every `instanceGap` seconds. */
export interface DeployPlan {
  version: string;
  order: readonly number[];
  instanceGap: number;
}

/** What goes wrong: one client version sends these bytes in a text frame, as its first (0) or second (1) message of a connection. */
interface BugPlan {
  clientVersion: string;
  /** Seconds after the first instance of the second deploy has been replaced. */
  after: number;
  messageIndex: 0 | 1;
  wrong: WrongBytes;
}

/** A message in latin-1 from an old client, at `at` seconds after the fleet is up. */
export interface Stray {
  at: number;
  clientId: string;
  bytes: Uint8Array;
}

/** Everything that will happen, decided before anything does. */
export interface Story {
  seed: number;
  service: 'gateway';
  environment: 'demo';
  firstVersion: string;
  regions: readonly string[];
  clients: readonly ClientPlan[];
  strays: readonly Stray[];
  quiet: number;
  deploys: readonly [DeployPlan, DeployPlan];
  between: number;
  bug: BugPlan;
  aftermath: number;
}

const CLIENT_VERSIONS = ['4.7.2', '4.9.0', '5.0.3', '5.1.1', '5.2.0'] as const;
/** A bug ships with a release that somebody is working on: one of the newest three. */
const CANDIDATES = CLIENT_VERSIONS.slice(2);
const CLIENT_NAMES = ['rider-app', 'driver-app'] as const;
const SERVER_VERSIONS = ['1.8.0', '1.8.1', '1.8.2'] as const;
const REGIONS = ['eu-west-1', 'eu-central-1'] as const;

function planClients(random: Random, scale: Scale, withBug: string): ClientPlan[] {
  const others = CLIENT_VERSIONS.filter(version => version !== withBug);
  const versions = Array.from({ length: scale.clients }, (_, index) =>
    index < scale.clientsWithBug ? withBug : (others[index % others.length] as string),
  );
  return shuffled(random, versions).map((version, index) => ({
    id: `client-${String(index + 1).padStart(3, '0')}`,
    name: pick(random, CLIENT_NAMES),
    version,
    slot: index % scale.slots,
    comeBackAfter: Math.round(1000 * between(random, ...scale.comeBackAfter)),
    rhythm: Math.round(between(random, 3000, 7000)),
  }));
}

/** One stray message a client, in a seeded order, until no client is left: a thousand seconds of them at full scale. */
function planStrays(random: Random, scale: Scale, clients: readonly ClientPlan[], withBug: string): Stray[] {
  const old = clients.filter(client => client.version !== withBug);
  let at = 0;
  return shuffled(random, old).map(client => {
    at += between(random, ...scale.strayEvery);
    return { at, clientId: client.id, bytes: latin1Text(random) };
  });
}

/**
 * Lays out the story that a seed stands for. Pure: the same seed and scale give the same story, which varies in the client version
 * with the bug, the kind of bytes, their offset, the order of the replacements and all timings.
 */
export function planStory(seed: number, scale: Scale = FULL_SCALE): Story {
  const random = seededRandom(seed);
  const slots = Array.from({ length: scale.slots }, (_, slot) => slot);
  const clientVersion = pick(random, CANDIDATES);
  const clients = planClients(random, scale, clientVersion);
  const deploy = (version: string): DeployPlan => ({
    version,
    order: shuffled(random, slots),
    instanceGap: between(random, ...scale.instanceGap),
  });
  return {
    seed,
    service: 'gateway',
    environment: 'demo',
    firstVersion: SERVER_VERSIONS[0],
    regions: slots.map(slot => REGIONS[slot % REGIONS.length] as string),
    clients,
    strays: planStrays(random, scale, clients, clientVersion),
    quiet: between(random, ...scale.quiet),
    deploys: [deploy(SERVER_VERSIONS[1]), deploy(SERVER_VERSIONS[2])],
    between: between(random, ...scale.between),
    bug: {
      clientVersion,
      after: between(random, ...scale.bugAfter),
      messageIndex: random() < 0.5 ? 0 : 1,
      wrong: wrongBytes(pick(random, WRONG_KINDS), random),
    },
    aftermath: between(random, ...scale.aftermath),
  };
}
