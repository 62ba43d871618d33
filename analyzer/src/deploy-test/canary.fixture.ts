import { randomFrom } from '../event.fixture.ts';
import type { CountedConnection } from '../facts/merge-connection.ts';
import { connectionOf } from '../wave/connections.fixture.ts';

/** 2026-11-23T09:00:00Z. */
export const MORNING = Date.parse('2026-11-23T09:00:00Z');

/** A service of two versions. Times are seconds, chances those of a connection to end in a payload bug. */
export interface Canary {
  seed: number;
  /** Connections of each instance that are open at a time; each lasts a minute. */
  connections?: number;
  length?: number;
  /** When the new version's one instance of four begins. */
  deployedAt?: number;
  onOld: number;
  onNew: number;
  /** From when on it has them. */
  badFrom?: number;
}

/** Connections on three instances of 1.8.1 and one of 1.8.2, whose clients never come twice. */
export function canaryOf(canary: Canary): CountedConnection[] {
  const { seed, connections = 50, length = 1_800, deployedAt = 600, onOld, onNew, badFrom = 0 } = canary;
  const random = randomFrom(seed);
  return [0, 1, 2, 3].flatMap(slot => {
    const isNew = slot === 3;
    const count = (connections / 60) * (length - (isNew ? deployedAt : 0));
    return Array.from({ length: Math.round(count) }, (_, index) => {
      const opensAt = (isNew ? deployedAt : 0) + (index + random()) * (60 / connections);
      const payloadBug = random() < (isNew && opensAt >= badFrom ? onNew : onOld);
      const closesAt = opensAt + (payloadBug ? random() * 60 : 60);
      return countedOf(`${slot}/${index}`, {
        slot,
        isNew,
        opensAt,
        closesAt: closesAt < length ? closesAt : null,
        payloadBug,
      });
    });
  });
}

function countedOf(
  id: string,
  life: { slot: number; isNew: boolean; opensAt: number; closesAt: number | null; payloadBug: boolean },
): CountedConnection {
  const openedAt = MORNING + Math.round(life.opensAt * 1_000);
  const closedAt = life.closesAt === null ? null : MORNING + Math.round(life.closesAt * 1_000);
  const isBug = life.payloadBug && closedAt !== null;
  return {
    connection: connectionOf({
      id,
      clientId: id,
      serviceVersion: life.isNew ? '1.8.2' : '1.8.1',
      instance: `gateway-${life.slot}`,
      openedAt,
      closedAt,
      code: closedAt === null ? null : isBug ? 1007 : 1000,
      payloadBug: isBug,
    }),
    exposedFrom: openedAt,
    openSeen: true,
    openWeight: 1,
    closeWeight: 1,
    bugTrusted: true,
    spoke: closedAt === null ? [openedAt] : [openedAt, closedAt],
    firstTime: openedAt,
  };
}
