import type { Connection } from '../../../analyzer/src/connection.ts';
import type { Cause } from './cause.ts';
import type { Client, Server } from './fleet.ts';
import type { FleetShape } from './fleet-shape.ts';
import type { Random } from './random.ts';

/** A connection, and how much of a chance the bug had on it: 1 an open, or the seconds it was open for. */
export interface SimulatedConnection {
  connection: Connection;
  chance: number;
}

/** No simulated fleet is watched for longer: an incident is explained by its first quarter of an hour. Seconds. */
export const WATCHED = 900;
/** The instant in which the bug begins, epoch milliseconds. */
export const BEGIN = Date.parse('2026-11-23T10:00:00Z');

/** The chance of a bug on a connection: of its first message, or of each second that it is open. */
export interface Hazard {
  kind: 'first' | 'any_time';
  chance: number;
}

/**
 * One client from before the bug until the watch ends: connections end by themselves, by their server's end or by a bug, and the client comes back
 * after 1 to 4 s to a server that runs.
 */
export function simulateLife(
  client: Client,
  { shape, servers, hazardOf }: { shape: FleetShape; servers: readonly Server[]; hazardOf: HazardOf },
  random: Random,
): SimulatedConnection[] {
  const lived: SimulatedConnection[] = [];
  // The connection that is open when the bug begins has had a life before; lives forget their age.
  let opensAt = -random.exponential(shape.meanLife);
  for (let count = 0; opensAt < WATCHED && count < MOST_CONNECTIONS; count++) {
    const server = serverFor(client, opensAt, servers, random);
    if (server === null) return lived;
    const endsAt = Math.min(Math.max(opensAt, 0) + random.exponential(shape.meanLife), server.until);
    const { bugAt, chance } = bugOn(opensAt, Math.min(endsAt, WATCHED), hazardOf(client, server), random);
    const closesAt = bugAt ?? endsAt;
    const isShed = bugAt === null && endsAt === server.until;
    if (closesAt > 0) {
      const times = { opensAt, closesAt, isBug: bugAt !== null, isShed };
      lived.push({ connection: connectionOf(`${client.id}/${count}`, client, server, times, random), chance });
    }
    opensAt = closesAt + random.between(1, 4);
  }
  return lived;
}

type HazardOf = (client: Client, server: Server) => Hazard;

/** A client that fails at each open is back some 300 times; more says nothing more. */
const MOST_CONNECTIONS = 400;

function serverFor(client: Client, at: number, servers: readonly Server[], random: Random): Server | null {
  const running = servers.filter(({ from, until }) => from <= at && at < until);
  const near = running.filter(({ home }) => client.home === null || home === client.home);
  const able = near.length > 0 ? near : running;
  return able.length === 0 ? null : random.pick(able);
}

function bugOn(
  opensAt: number,
  endsAt: number,
  hazard: Hazard,
  random: Random,
): { bugAt: number | null; chance: number } {
  if (hazard.kind === 'first') {
    const sentAt = opensAt + FIRST_MESSAGE;
    const isSent = sentAt >= 0 && sentAt < endsAt;
    return { bugAt: isSent && random.chance(hazard.chance) ? sentAt : null, chance: isSent ? 1 : 0 };
  }
  const from = Math.max(opensAt, 0);
  const bugAt = hazard.chance === 0 ? Number.POSITIVE_INFINITY : from + random.exponential(1 / hazard.chance);
  return { bugAt: bugAt < endsAt ? bugAt : null, chance: Math.max(0, Math.min(bugAt, endsAt) - from) };
}

const FIRST_MESSAGE = 0.05; // s

function connectionOf(
  id: string,
  { clientId, clientName, clientVersion, urlTemplate, urlPath, subprotocol }: Client,
  { instance, serviceVersion, region }: Server,
  { opensAt, closesAt, isBug, isShed }: { opensAt: number; closesAt: number; isBug: boolean; isShed: boolean },
  random: Random,
): Connection {
  return {
    id,
    countedRole: 'server',
    service: 'gateway',
    environment: 'prod',
    serviceVersion,
    instance,
    region,
    urlTemplate,
    urlPath,
    subprotocol,
    clientName,
    clientVersion,
    clientId,
    openedAt: BEGIN + Math.round(opensAt * 1_000),
    closedAt: BEGIN + Math.round(closesAt * 1_000) + (isShed ? random.below(500) : 0),
    code: isBug ? 1007 : isShed ? 1012 : 1000,
    initiator: isBug || isShed ? 'local' : 'remote',
    payloadBug: isBug,
    payloadDefect: isBug ? 'invalid_utf8' : null,
    payloadSignature: isBug ? 'gzip' : null,
    payloadOffset: isBug ? 1 : null,
    payloadSize: isBug ? 100 : null,
    payloadSender: isBug ? 'client' : null,
    payloadMessageIndex: isBug ? 0 : null,
    backAt: null,
  };
}

/** What the bug does to a connection of those who have it. */
export function hazardOfCause({ first, meanWait }: Pick<Cause, 'first' | 'meanWait'>): Hazard {
  return first === null ? { kind: 'any_time', chance: 1 / meanWait } : { kind: 'first', chance: first };
}
