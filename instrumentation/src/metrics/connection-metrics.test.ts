import { once } from 'node:events';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { type InstrumentedWs, instrumentWs } from '../../test/instrumented-ws.ts';
import { closeAll, listen, openPair } from '../../test/socket-pair.ts';
import { CodeAllowance } from './code-allowance.ts';

type Point = [attributes: Record<string, unknown>, value: unknown];

/** A real meter provider, read on demand. */
class Meters {
  readonly #exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  readonly provider = new MeterProvider({
    readers: [new PeriodicExportingMetricReader({ exporter: this.#exporter, exportIntervalMillis: 3_600_000 })],
  });

  /** The newest value of every point of a metric, clients before servers; a histogram's is how many values it has. */
  async points(name: string): Promise<Point[]> {
    this.#exporter.reset();
    await this.provider.forceFlush();
    const metrics = this.#exporter
      .getMetrics()
      .flatMap(resource => resource.scopeMetrics.flatMap(scope => scope.metrics));
    const points = metrics.find(metric => metric.descriptor.name === name)?.dataPoints ?? [];
    return points
      .map(({ attributes, value }): Point => [attributes, typeof value === 'number' ? value : value.count])
      .sort(([one], [other]) => String(one['websocket.role']).localeCompare(String(other['websocket.role'])));
  }

  async all(): Promise<string> {
    await this.provider.forceFlush();
    return JSON.stringify(this.#exporter.getMetrics());
  }
}

describe('the metrics', () => {
  let instrumented: InstrumentedWs;
  let meters: Meters;

  beforeEach(() => {
    meters = new Meters();
    instrumented = instrumentWs();
    instrumented.instrumentation.setMeterProvider(meters.provider);
  });
  afterEach(async () => {
    await instrumented.stop();
    await meters.provider.shutdown();
  });

  it('count what is open, by role, up and down', async () => {
    const { client, server } = await openPair();
    await openPair();
    expect(await meters.points('websocket.connections.active')).toEqual([
      [{ 'websocket.role': 'client' }, 2],
      [{ 'websocket.role': 'server' }, 2],
    ]);
    const closed = Promise.all([client, server].map(socket => new Promise(resolve => socket.once('close', resolve))));
    server.close(1012);
    await closed;
    expect(await meters.points('websocket.connections.active')).toEqual([
      [{ 'websocket.role': 'client' }, 1],
      [{ 'websocket.role': 'server' }, 1],
    ]);
  });

  it('count closes by code, initiator and role, and how long connections were open', async () => {
    const { client, server } = await openPair();
    const closed = Promise.all([client, server].map(socket => new Promise(resolve => socket.once('close', resolve))));
    client.send(Buffer.of(0xff), { binary: false });
    await closed;
    expect(await meters.points('websocket.closes')).toEqual([
      [{ 'websocket.role': 'client', 'websocket.close.code': 1007, 'websocket.close.initiator': 'remote' }, 1],
      [{ 'websocket.role': 'server', 'websocket.close.code': 1007, 'websocket.close.initiator': 'local' }, 1],
    ]);
    expect(await meters.points('websocket.connection.duration')).toEqual([
      [{ 'websocket.role': 'client', 'websocket.close.code': 1007 }, 1],
      [{ 'websocket.role': 'server', 'websocket.close.code': 1007 }, 1],
    ]);
  });

  it('measure reconnects by outcome and previous code', async () => {
    const { client, server, url } = await openPair();
    const returned = new Promise<WebSocket>(resolve => client.on('close', () => resolve(new WebSocket(url))));
    server.close(1012);
    const back = await returned;
    await once(back, 'open');
    back.terminate();
    expect(await meters.points('websocket.reconnect.duration')).toEqual([
      [{ 'websocket.reconnect.outcome': 'recovered', 'websocket.reconnect.previous_code': 1012 }, 1],
    ]);
  });

  it('count failed handshakes by role and error', async () => {
    const { url } = await listen({ verifyClient: (_info, answer) => answer(false, 401) });
    const client = new WebSocket(url);
    await once(client, 'error');
    expect(await meters.points('websocket.connect.failures')).toEqual([
      [{ 'websocket.role': 'client', 'error.type': expect.any(String) }, 1],
      [{ 'websocket.role': 'server', 'error.type': '401' }, 1],
    ]);
  });

  it('have no id, path, address or client in them', async () => {
    await openPair({}, { headers: { 'x-client-name': 'canary', 'x-client-id': 'canary' } });
    await closeAll();
    const exported = await meters.all();
    expect(exported).toContain('websocket.closes');
    expect(exported).not.toMatch(/canary|chat|127\.0\.0\.1|connection\.id/);
  });

  it('move what is open to a meter provider that is set later, and take it back at disable()', async () => {
    await openPair();
    const later = new Meters();
    instrumented.instrumentation.setMeterProvider(later.provider);
    const open = (count: number): Point[] => [
      [{ 'websocket.role': 'client' }, count],
      [{ 'websocket.role': 'server' }, count],
    ];
    expect(await later.points('websocket.connections.active')).toEqual(open(1));
    expect((await meters.points('websocket.connections.active')).map(([, value]) => value)).toEqual([0, 0]);
    instrumented.instrumentation.disable();
    expect(await later.points('websocket.connections.active')).toEqual(open(0));
    await later.provider.shutdown();
  });
});

describe('codes as metric attributes', () => {
  it('are the first 64 different ones', () => {
    const codes = new CodeAllowance();
    for (let code = 3000; code < 3064; code++) expect(codes.allows(code)).toBe(true);
    expect(codes.allows(3064)).toBe(false);
    expect(codes.allows(3000)).toBe(true);
  });
});
