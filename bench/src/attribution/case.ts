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
export function simulateCase(seed: number, termCount: number): Case | null {
  const random = randomFrom(seed);
  const shape = drawShape(random);
  const fleet = drawFleet(shape, random);
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const cause = drawCause(fleet, termCount, random);
    if (cause === null) continue;
    const one = runCase(seed, { shape, fleet, cause }, random);
    if (one !== null) return one;
  }
  return null;
}

function runCase(
  seed: number,
  { shape, fleet, cause }: { shape: FleetShape; fleet: Fleet; cause: Cause },
  random: Random,
): Case | null {
  const has = (client: Client, server: Server) => hasTerms(cause.terms, client, server);
  const own = hazardOfCause(cause);
  const seldom = cause.background * affectedShare(fleet, has);
  const everybody = own.chance * seldom;
  const hazardOf = (client: Client, server: Server) => {
    const chance = has(client, server) ? own.chance + everybody : everybody;
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
  const mean = cause.terms.length === 0 ? 0 : everybody * seen.reduce((sum, { chance }) => sum + chance, 0);
  return {
    seed,
    shape,
    cause,
    bugs: bugs.sort((a, b) => a.closedAt! - b.closedAt! || (a.id < b.id ? -1 : 1)),
    population,
    expected: mean * Math.exp(BASELINE_ERROR * normal(random)),
    events: new Set(
      seen.filter(one => one.connection.payloadBug && isOfCause(one)).map(one => clientKey(one.connection)),
    ).size,
    loosestTerm,
  };
}

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
