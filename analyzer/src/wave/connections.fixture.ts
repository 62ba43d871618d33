import type { Connection } from '../connection.ts';

/** A connection of the service `gateway`, open since the epoch, with whatever the test says of it. */
export function connectionOf(facts: Partial<Connection> & Pick<Connection, 'id'>): Connection {
  return {
    countedRole: 'server',
    service: 'gateway',
    environment: 'prod',
    serviceVersion: '1.8.1',
    instance: 'gateway-1',
    region: null,
    urlTemplate: null,
    urlPath: '/live',
    subprotocol: null,
    clientName: 'desktop',
    clientVersion: '5.1.9',
    clientId: null,
    openedAt: 0,
    closedAt: null,
    code: null,
    initiator: null,
    payloadBug: false,
    payloadDefect: null,
    payloadSignature: null,
    payloadOffset: null,
    payloadSize: null,
    payloadSender: null,
    payloadMessageIndex: null,
    backAt: null,
    ...facts,
  };
}

/** One instance's life in seconds: `count` connections open, then from `sheds` on one of them closes every 100 ms. */
export interface InstanceLife {
  instance: string;
  version?: string | null;
  count?: number;
  opensAt?: number;
  sheds?: number;
  /** Codes in turn; 1012 by default. */
  codes?: readonly number[];
  initiator?: Connection['initiator'];
  /** Seconds from each close to its client's return, in turn. */
  returns?: readonly (number | null)[];
}

export function lifeOf(life: InstanceLife): Connection[] {
  const { instance, version = '1.8.1', count = 10, opensAt = 0, sheds, codes = [1012], initiator = 'local' } = life;
  const returns = life.returns ?? [2];
  return Array.from({ length: count }, (_, index) => {
    const closedAt = sheds === undefined ? null : sheds * 1000 + index * 100;
    const back = returns[index % returns.length] ?? null;
    return connectionOf({
      id: `${instance}/${version}/${opensAt}/${index}`,
      instance,
      serviceVersion: version,
      clientId: `client ${instance} ${index}`,
      openedAt: opensAt * 1000 + index,
      closedAt,
      code: closedAt === null ? null : (codes[index % codes.length] ?? null),
      initiator: closedAt === null ? null : initiator,
      backAt: closedAt === null || back === null ? null : closedAt + back * 1000,
    });
  });
}
