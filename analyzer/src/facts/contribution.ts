import { type Connection, clientKey } from '../connection.ts';
import type { StreamRow } from './code-streams.ts';
import type { Drop } from './drops.ts';
import { YOUNG_UNTIL } from './limits.ts';
import type { CountedConnection } from './merge-connection.ts';
import type { BinBug } from './service-bins.ts';
import { streamOfClose } from './stream-of.ts';

/** One thing that a connection adds to the bin of a time. `time` is epoch milliseconds. */
export type Contribution =
  | { kind: 'word'; time: number; instance: string }
  | { kind: 'open'; time: number; weight: number }
  | { kind: 'step'; time: number; instance: string; young: number; old: number }
  | { kind: 'close'; time: number; code: number | null; orphan: boolean; weight: number }
  | ({ kind: 'code'; stream: string } & StreamRow)
  | ({ kind: 'drop'; time: number } & Drop)
  | ({ kind: 'bug'; young: boolean; equivalent: boolean } & BinBug);

/** All that a connection adds: a pure function of it, so that it can be taken back exactly. */
export function contributionsOf(counted: CountedConnection): Contribution[] {
  const { connection, exposedFrom, openSeen, openWeight, closeWeight: weight, spoke } = counted;
  const { openedAt, closedAt, code } = connection;
  const instance = connection.instance ?? '';
  const all: Contribution[] = spoke.map(time => ({ kind: 'word', time, instance }));
  if (openSeen && openedAt !== null) all.push({ kind: 'open', time: openedAt, weight: openWeight });
  if (exposedFrom !== null) addSteps(all, exposedFrom, openedAt!, closedAt ?? Number.POSITIVE_INFINITY, instance);
  if (closedAt === null) return all;
  all.push({ kind: 'close', time: closedAt, code, orphan: !openSeen, weight });
  const young = openedAt !== null && closedAt - openedAt < YOUNG_UNTIL;
  const { id } = connection;
  const client = clientKey(connection);
  const stream = streamOfClose(connection);
  if (stream !== null) all.push({ kind: 'code', stream, id, client, time: closedAt, weight, young });
  if (openedAt !== null && isDrop(connection))
    all.push({ kind: 'drop', id, client, time: closedAt, openedAt, closedAt });
  if (connection.payloadBug) {
    const bug = { id, client, time: closedAt, weight, trusted: counted.bugTrusted };
    all.push({ kind: 'bug', ...bug, young, equivalent: code !== 1007 });
  }
  return all;
}

/** An application that ends it says so: a code of its own, or `terminate()`, which makes it the initiator. */
function isDrop({ code, initiator, payloadBug }: Connection): boolean {
  return (code === 1006 || code === null) && initiator !== 'local' && !payloadBug;
}

function addSteps(all: Contribution[], from: number, openedAt: number, end: number, instance: string): void {
  const grownUp = openedAt + YOUNG_UNTIL;
  if (from < grownUp) {
    all.push({ kind: 'step', time: from, instance, young: 1, old: 0 });
    all.push({ kind: 'step', time: Math.min(grownUp, end), instance, young: -1, old: 0 });
  }
  if (end <= grownUp) return;
  all.push({ kind: 'step', time: Math.max(from, grownUp), instance, young: 0, old: 1 });
  if (end !== Number.POSITIVE_INFINITY) all.push({ kind: 'step', time: end, instance, young: 0, old: -1 });
}

/**
 * What one list has and the other lacks. A close leaves what its open added where it is: else every close would have the
 * detector look at the bin of its open again.
 */
export function without(all: readonly Contribution[], known: readonly Contribution[]): Contribution[] {
  return all.filter(one => !known.some(other => isSame(one, other)));
}

function isSame(one: Contribution, other: Contribution): boolean {
  if (one.kind !== other.kind || one.time !== other.time) return false;
  if (one.kind === 'step' && other.kind === 'step')
    return one.instance === other.instance && one.young === other.young && one.old === other.old;
  if (one.kind === 'word' && other.kind === 'word') return one.instance === other.instance;
  if (one.kind === 'open' && other.kind === 'open') return one.weight === other.weight;
  if (one.kind === 'close' && other.kind === 'close')
    return one.code === other.code && one.orphan === other.orphan && one.weight === other.weight;
  if (one.kind === 'code' && other.kind === 'code')
    return (
      one.stream === other.stream &&
      one.id === other.id &&
      one.client === other.client &&
      one.weight === other.weight &&
      one.young === other.young
    );
  if (one.kind === 'drop' && other.kind === 'drop')
    return one.id === other.id && one.client === other.client && one.openedAt === other.openedAt;
  if (one.kind === 'bug' && other.kind === 'bug')
    return (
      one.id === other.id &&
      one.client === other.client &&
      one.weight === other.weight &&
      one.trusted === other.trusted &&
      one.young === other.young &&
      one.equivalent === other.equivalent
    );
  return true;
}
