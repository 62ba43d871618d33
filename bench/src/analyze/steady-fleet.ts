import type { CloseEvent } from '@closewatch/collector';
import { EventBatch } from '@closewatch/collector';

/** What a steady fleet is made of. */
interface SteadyFleet {
  seed: number;
  /** Connections open at once; each closes after 100 s on average, and comes back. */
  open: number;
  /** Client versions. */
  cohorts: number;
  /** Epoch milliseconds. */
  begins: number;
}

const INSTANCES = 20;
/** A hundredth of the connections is replaced every second. */
const TURNOVER = 100;

/**
 * The rows of one service second by second, without an end: connections that close with 1000, and others that open in their places. Sent
 * true, the next second has a payload bug of one client of each version instead.
 */
export function* steadyFleet({
  seed,
  open,
  cohorts,
  begins,
}: SteadyFleet): Generator<CloseEvent[], never, boolean | undefined> {
  const blank = blankEvent();
  let [serial, closing] = [seed << 24, seed << 24];
  const rowOf = (kind: 'connect' | 'close', connection: number, time: number): CloseEvent => ({
    ...blank,
    kind,
    traceId: hex(connection, 32),
    spanId: hex(connection * 2 + (kind === 'close' ? 1 : 0), 16),
    startedAt: time,
    endedAt: time,
    time,
    receivedAt: time,
    instance: `pod-${connection % INSTANCES}`,
    connectionId: hex(connection, 16),
    clientId: `c-${connection % (open * 4)}`,
    clientVersion: `5.${connection % cohorts}.0`,
    ...(kind === 'close' ? { code: 1000, initiator: 'remote' as const } : {}),
  });
  const sicken = (event: CloseEvent): CloseEvent => ({
    ...event,
    code: 1007,
    payloadDefect: 'invalid_utf8',
    payloadSignature: 'gzip',
  });
  let areSick: boolean | undefined = false;
  for (let second = 0; ; second++) {
    const rows: CloseEvent[] = [];
    const opens = second === 0 ? open : Math.ceil(open / TURNOVER);
    const closes = second === 0 ? 0 : areSick ? cohorts : opens;
    const at = (index: number, count: number) => begins + second * 1_000 + Math.floor((index / count) * 1_000);
    for (let index = 0; index < closes; index++) {
      const close = rowOf('close', closing++, at(index, closes));
      rows.push(areSick ? sicken(close) : close);
    }
    for (let index = 0; index < opens; index++) rows.push(rowOf('connect', serial++, at(index, opens)));
    areSick = yield rows;
  }
}

function blankEvent(): CloseEvent {
  const blank = new EventBatch();
  blank.addRow();
  return {
    ...blank.eventAt(0),
    failed: false,
    service: 'gateway',
    serviceVersion: '1.8.0',
    environment: 'prod',
    region: 'eu-west-1',
    role: 'server',
    clientName: 'app',
  };
}

function hex(number: number, digits: number): string {
  return number.toString(16).padStart(digits, '0');
}
