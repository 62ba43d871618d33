import { type Connection, clientKey } from '../../../analyzer/src/connection.ts';
import { type Cause, drawCause, hasTerms, LOOSEST } from './cause.ts';
import { type Client, drawFleet, type Fleet, type Server } from './fleet.ts';
import { drawShape, type FleetShape } from './fleet-shape.ts';
import { BEGIN, hazardOfCause, type SimulatedConnection, simulateLife } from './life.ts';
import { type Random, randomFrom } from './random.ts';

/** A simulated incident: what the analyzer sees at an alarm, and what was behind it. */
export interface Case {
  seed: number;
  shape: FleetShape;
  cause: Cause;
  bugs: Connection[];
  population: Connection[];
  /** Bugs of the ten minutes before. */
  earlier: Connection[];
  /** Sick clients that the baseline has in the same time: what everybody's bugs are on average, as far as it is known. */
  expected: number;
  /** Distinct clients with a bug of the cause. */
  events: number;
  /** Of the chances that the cause has without one of its terms, the share that is left with it; the largest of its terms. */
  loosestTerm: number;
}

/** How far the baseline is off: the standard deviation of its logarithm. */
const BASELINE_ERROR = 0.2;
const TRIES = 50;

/**
 * The case of a seed with a cause of so many terms, 0 for none; null where the fleet has no such cause. A cause is what the data can tell: each of
 * its terms leaves out a tenth of the chances or more.
 */
export function simulateCase(seed: number, termCount: number, usual: Usual = 'everybody'): Case | null {
  const random = randomFrom(seed);
  const shape = drawShape(random);
  const fleet = drawFleet(shape, random);
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const cause = drawCause(fleet, termCount, random);
    if (cause === null) continue;
    const one = runCase(seed, { shape, fleet, cause, usual }, random);
    if (one !== null) return one;
  }
  return null;
}

function runCase(
  seed: number,
  { shape, fleet, cause, usual }: { shape: FleetShape; fleet: Fleet; cause: Cause; usual: Usual },
  random: Random,
): Case | null {
  const has = (client: Client, server: Server) => hasTerms(cause.terms, client, server);
  const own = hazardOfCause(cause);
  const isUsual = usualClients(fleet, cause, usual);
  if (isUsual === null) return null;
  const seldom = cause.background * affectedShare(fleet, has);
  const everybody = Math.min(0.9, own.chance * seldom) / affectedShare(fleet, isUsual);
  const hazardOf = (client: Client, server: Server) => {
    const chance = (has(client, server) ? own.chance : 0) + (isUsual(client) ? everybody : 0);
    return { kind: own.kind, chance: own.kind === 'first' ? Math.min(1, chance) : chance };
  };
  const all = fleet.clients.flatMap(client =>
    simulateLife(client, { shape, servers: fleet.servers, hazardOf }, random),
  );
  const isOfCause = ({ connection }: SimulatedConnection) =>
    cause.terms.every(({ field, value }) => connection[field] === value);
  const until = timeOfEvent(all.filter(isOfCause), cause.events);
  if (until === null) return null;
  const seen = all.filter(({ connection }) => connection.openedAt! <= until).map(one => upTo(one, until));
  if (cause.noisyClient) seen.push(...noisyClient(random.pick(fleet.clients), seen, until, random));
  const bugs = seen.map(one => one.connection).filter(({ payloadBug }) => payloadBug);
  const startedAt = bugs.reduce((first, { closedAt }) => Math.min(first, closedAt!), until);
  const population = seen
    .map(one => one.connection)
    .filter(({ closedAt }) => closedAt === null || closedAt >= startedAt);
  const loosestTerm = looseness(seen, cause);
  if (loosestTerm > LOOSEST) return null;
  const ofUsual = seen.filter(({ connection }) => isUsual(connection));
  const mean = cause.terms.length === 0 ? 0 : everybody * ofUsual.reduce((sum, { chance }) => sum + chance, 0);
  const earlier =
    usual === 'everybody' ? [] : earlierBugs(ofUsual, (mean * EARLIER) / (until - startedAt + 1_000), random);
  return {
    seed,
    shape,
    cause,
    bugs: bugs.sort((a, b) => a.closedAt! - b.closedAt! || (a.id < b.id ? -1 : 1)),
    population,
    earlier,
    expected: mean * Math.exp(BASELINE_ERROR * normal(random)),
    events: new Set(
      seen.filter(one => one.connection.payloadBug && isOfCause(one)).map(one => clientKey(one.connection)),
    ).size,
    loosestTerm,
  };
}

/** Whose bugs are usual: everybody's, or those of one client version that has nothing to do with the cause. */
export type Usual = 'everybody' | 'one_version';

const EARLIER = 600_000; // 10 min in milliseconds, as the engine reads them

function usualClients(
  { clients }: Fleet,
  { terms }: Cause,
  usual: Usual,
): ((client: Pick<Client, 'clientVersion'>) => boolean) | null {
  if (usual === 'everybody') return () => true;
  const own = terms.find(({ field }) => field === 'clientVersion')?.value;
  const version = clients.find(({ clientVersion }) => clientVersion !== null && clientVersion !== own)?.clientVersion;
  return version == null ? null : client => client.clientVersion === version;
}

function earlierBugs(ofUsual: readonly SimulatedConnection[], mean: number, random: Random): Connection[] {
  if (ofUsual.length === 0) return [];
  // The sum of exponential waits: a Poisson count.
  const bugs: Connection[] = [];
  for (let time = random.exponential(1); time < Math.min(mean, MOST_EARLIER); time += random.exponential(1)) {
    const { connection } = random.pick(ofUsual);
    bugs.push({
      ...connection,
      id: `${connection.id}/before ${bugs.length}`,
      closedAt: BEGIN - 1_000,
      payloadBug: true,
    });
  }
  return bugs;
}

const MOST_EARLIER = 1_000;

/** Of the pairs of a client and a server, the share that the cause has. */
function affectedShare({ clients, servers }: Fleet, has: (client: Client, server: Server) => boolean): number {
  let affected = 0;
  for (const client of clients) for (const server of servers) if (has(client, server)) affected++;
  return affected / (clients.length * servers.length);
}

/** When so many distinct clients are sick, or as many as there are; null for fewer than two. Epoch milliseconds. */
function timeOfEvent(ofCause: readonly SimulatedConnection[], events: number): number | null {
  const firstOf = new Map<string, number>();
  for (const { connection } of ofCause) {
    if (!connection.payloadBug) continue;
    const key = clientKey(connection);
    firstOf.set(key, Math.min(firstOf.get(key) ?? Number.POSITIVE_INFINITY, connection.closedAt!));
  }
  const times = [...firstOf.values()].sort((a, b) => a - b);
  return times.length < 2 ? null : times[Math.min(events, times.length) - 1]!;
}

/** What is known of a connection at a time: its end is not, where it is still to come. */
function upTo(one: SimulatedConnection, until: number): SimulatedConnection {
  const { connection, chance } = one;
  if (connection.closedAt! <= until) return one;
  const open: Connection = { ...connection, closedAt: null, code: null, initiator: null, payloadBug: false };
  Object.assign(open, { payloadDefect: null, payloadSignature: null, payloadOffset: null, payloadSender: null });
  const lasted = until - Math.max(connection.openedAt!, BEGIN);
  const lasts = connection.closedAt! - Math.max(connection.openedAt!, BEGIN);
  return { connection: open, chance: chance > 1 ? (chance * lasted) / lasts : chance };
}

/** One client that fails fifty times, wherever it is. */
function noisyClient(
  client: Client,
  seen: readonly SimulatedConnection[],
  until: number,
  random: Random,
): SimulatedConnection[] {
  const known = seen.find(one => one.connection.id.startsWith(`${client.id}/`));
  if (!known || client.clientId === null) return [];
  return Array.from({ length: 50 }, (_, index) => {
    const closedAt = BEGIN + Math.round(random.next() * (until - BEGIN));
    const connection: Connection = {
      ...known.connection,
      id: `${client.id}/noise ${index}`,
      openedAt: closedAt - 50,
      closedAt,
      code: 1007,
      payloadBug: true,
      payloadDefect: 'invalid_utf8',
    };
    return { connection, chance: 0 };
  });
}

function looseness(seen: readonly SimulatedConnection[], { terms }: Cause): number {
  const chances = (left: Cause['terms']) =>
    seen.reduce(
      (sum, { connection, chance }) =>
        sum + (left.every(({ field, value }) => connection[field] === value) ? chance : 0),
      0,
    );
  const whole = chances(terms);
  return Math.max(0, ...terms.map(term => whole / chances(terms.filter(other => other !== term))));
}

function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
}
