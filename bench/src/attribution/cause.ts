import { type CohortField, wireNameOf } from '../../../analyzer/src/attribution/cohort-field.ts';
import type { CohortTerm } from '../../../analyzer/src/verdict.ts';
import type { Client, Fleet, Server } from './fleet.ts';
import type { Random } from './random.ts';

/** One value that a cause asks for. */
export interface CauseTerm {
  field: CohortField;
  value: string;
}

/** What makes the bugs, and how. */
export interface Cause {
  /** Empty: everybody alike. */
  terms: CauseTerm[];
  /** With the first message after an open, at this chance; or else at any time. */
  first: number | null;
  /** Mean seconds of a connection until a bug that comes at any time. */
  meanWait: number;
  /** Bugs of everybody, however seldom: their mean number for each bug of the cause. */
  background: number;
  /** A client beside the cause that fails over and over. */
  noisyClient: boolean;
  /** Distinct sick clients of the cause at which the fleet is looked at. */
  events: number;
}

/** In a fleet of these, how the bug comes about; `termCount` values taken from one client on one server, so that somebody has them. */
export function drawCause({ clients, servers }: Fleet, termCount: number, random: Random): Cause | null {
  const values = valuesOf(random.pick(clients), random.pick(servers));
  const fields: CauseTerm[] = [];
  while (fields.length < termCount) {
    const left = values.filter(({ field }) => !fields.some(term => term.field === field));
    if (left.length === 0) return null;
    fields.push(random.pick(left));
  }
  if (loosenessOf(fields, { clients, servers }) > LOOSEST) return null;
  return {
    terms: fields,
    first: random.chance(0.5) ? random.between(0.1, 1) : null,
    meanWait: random.logBetween(30, 3_000),
    background: random.chance(0.5) ? 0 : random.logBetween(0.05, 1),
    noisyClient: random.chance(0.2),
    events: Math.round(random.logBetween(4, 300)),
  };
}

/** A term that leaves more than this of the rest says too little to be found, and belongs to no cause. */
export const LOOSEST = 0.9;

/** Whether a client on a server has all of these. */
export function hasTerms(terms: readonly CauseTerm[], client: Client, server: Server): boolean {
  return terms.every(
    ({ field, value }) => (field in client ? client[field as keyof Client] : server[field as keyof Server]) === value,
  );
}

/** Of the pairs of a client and a server that have all terms but one, the share that has that too; the largest of the terms. */
function loosenessOf(terms: readonly CauseTerm[], { clients, servers }: Fleet): number {
  const pairs = (left: readonly CauseTerm[]) =>
    clients.reduce((sum, client) => sum + servers.filter(server => hasTerms(left, client, server)).length, 0);
  const whole = pairs(terms);
  return Math.max(0, ...terms.map(term => whole / pairs(terms.filter(other => other !== term))));
}

function valuesOf(client: Client, server: Server): CauseTerm[] {
  const values: [CohortField, string | null][] = [
    ['clientVersion', client.clientVersion],
    ['clientName', client.clientName],
    ['urlTemplate', client.urlTemplate],
    ['urlPath', client.urlTemplate === null ? client.urlPath : null],
    ['subprotocol', client.subprotocol],
    ['region', server.region],
    ['serviceVersion', server.serviceVersion],
    ['instance', server.instance],
  ];
  return values
    .filter((value): value is [CohortField, string] => value[1] !== null)
    .map(([field, value]) => ({ field, value }));
}

/** The cause as a verdict would name it. */
export function cohortOf({ terms }: Pick<Cause, 'terms'>): CohortTerm[] {
  return terms.map(({ field, value }) => ({ attribute: wireNameOf(field), value }));
}
