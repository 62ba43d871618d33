import type { AnalyzedEvent } from '@closewatch/analyzer';
import type { GaugeSample } from '@closewatch/collector';
import type { Ending, Link, Process } from './fleet.ts';
import type { FleetShape } from './fleet-shape.ts';
import type { Random } from './random.ts';

/** Epoch milliseconds of second 0 of a case. */
export const EPOCH = Date.parse('2026-03-02T10:00:00Z');

/** Spans leave in batches: a row is received so long after it happened. Seconds. */
const EXPORT = [0.1, 6] as const;
/** One that is late is so by so much. Seconds. */
const LATE = [10, 400] as const;
const TWICE = 0.005;

const NOTHING = {
  parentSpanId: null,
  linkedSpanId: null,
  failed: false,
  weight: 1,
  trusted: true,
  environment: 'prod',
  region: null,
  urlPath: '/live',
  urlTemplate: null,
  subprotocol: null,
  clientName: 'app',
  code: null,
  initiator: null,
  httpStatus: null,
  connectionDuration: null,
  payloadDefect: null,
  payloadOffset: null,
  payloadSize: null,
  payloadSignature: null,
  payloadSender: null,
  payloadMessageIndex: null,
  previousConnectionId: null,
  outcome: null,
} satisfies Partial<AnalyzedEvent>;

/** Writes the rows of both ends, as they are received: some lost, some late, some twice, and of some codes only what a proxy left. */
export class RowWriter {
  readonly rows: AnalyzedEvent[] = [];
  readonly gauges: GaugeSample[] = [];
  private readonly shape: FleetShape;
  private readonly random: Random;
  private spans = 0;

  /** `random` is the rows' own, so that what is lost changes nothing in what happens. */
  constructor(shape: FleetShape, random: Random) {
    this.shape = shape;
    this.random = random;
  }

  connect(link: Link, time: number): void {
    const server = { ...this.serverOf(link), parentSpanId: idOf('a', link) };
    this.write({ ...server, kind: 'connect' }, time);
    if (link.client.isInstrumented) this.write({ ...this.clientOf(link), kind: 'connect' }, time + 0.01);
  }

  close(link: Link, { server, client, payload }: Ending, time: number): void {
    const connectionDuration = time - link.openedAt;
    // Where no frame was sent there is no code to erase.
    const erased = this.random.chance(this.shape.erased) && (server ?? client).code !== 1006;
    const left = erased ? this.leftOver() : null;
    const bytes = payload
      ? { payloadDefect: 'invalid_utf8', payloadSignature: 'gzip', payloadOffset: 1, payloadSender: 'client' as const }
      : {};
    if (server !== null)
      this.write(
        {
          ...this.serverOf(link),
          kind: 'close',
          connectionDuration,
          ...server,
          ...(payload ? {} : left),
          ...bytes,
        } as Row,
        time,
      );
    if (link.client.isInstrumented)
      this.write(
        { ...this.clientOf(link), kind: 'close', connectionDuration, ...client, ...(payload ? {} : left) } as Row,
        time + 0.02,
      );
  }

  gauge({ instance, version, open }: Process, seconds: number): void {
    const time = EPOCH + Math.round(seconds * 1_000);
    const receivedAt = time + this.random.between(...EXPORT) * 1_000;
    const name = { service: 'gateway', environment: 'prod', serviceVersion: version, instance };
    this.gauges.push({ ...name, role: 'server', time, receivedAt, connections: open.size });
  }

  /** In the order in which they are received. */
  received(): AnalyzedEvent[] {
    return this.rows.sort((a, b) => a.receivedAt - b.receivedAt);
  }

  private leftOver(): Pick<AnalyzedEvent, 'code' | 'initiator'> {
    return this.random.chance(0.5) ? { code: 1006, initiator: 'transport' } : { code: 1005, initiator: 'remote' };
  }

  private serverOf(link: Link) {
    const { client, process } = link;
    const { instance, version } = process;
    return {
      role: 'server' as const,
      service: 'gateway',
      serviceVersion: version,
      instance,
      connectionId: idOf('b', link),
      ...identityOf(client.id, client.index),
    };
  }

  private clientOf(link: Link) {
    const { client } = link;
    return {
      role: 'client' as const,
      service: 'app',
      serviceVersion: '3.0.0',
      instance: `app-${client.index}`,
      connectionId: idOf('a', link),
      ...identityOf(client.id, client.index),
    };
  }

  private write(row: Row, seconds: number): void {
    const { lost, late } = this.shape;
    if (this.random.chance(lost)) return;
    const time = EPOCH + Math.round(seconds * 1_000_000) / 1_000;
    const delay = this.random.chance(late) ? this.random.between(...LATE) : this.random.between(...EXPORT);
    const span = (++this.spans).toString(16).padStart(16, '0');
    const whole = { ...NOTHING, ...row, traceId: span.padStart(32, '0'), spanId: span, time };
    this.rows.push({ ...whole, receivedAt: time + delay * 1_000 } as AnalyzedEvent);
    if (this.random.chance(TWICE))
      this.rows.push({ ...whole, receivedAt: time + delay * 1_000 + 2_000 } as AnalyzedEvent);
  }
}

type Row = Partial<AnalyzedEvent> & Pick<AnalyzedEvent, 'kind'>;

function identityOf(clientId: string | null, index: number) {
  return { clientId, clientVersion: index % 5 === 0 ? '5.2.0' : '5.1.0' };
}

function idOf(end: 'a' | 'b', { number }: Link): string {
  return end + number.toString(16).padStart(15, '0');
}
