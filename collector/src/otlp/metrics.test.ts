import { describe, expect, it } from 'vitest';
import { TEN_O_CLOCK } from '../testdata/close-event.ts';
import { decodedMetrics, ENCODINGS } from '../testdata/decoded.ts';
import { jsonAttributes } from '../testdata/json-request.ts';
import { protobufFromJson } from '../testdata/protobuf-from-json.ts';

const SERVER = { attributes: jsonAttributes({ 'websocket.role': 'server' }), timeUnixNano: `${TEN_O_CLOCK}000000` };

function metricsRequest(metrics: object[], resource: Record<string, unknown> = {}): string {
  const attributes = jsonAttributes(resource);
  return JSON.stringify({ resourceMetrics: [{ resource: { attributes }, scopeMetrics: [{ metrics }] }] });
}

const active = (data: object) => ({ name: 'websocket.connections.active', unit: '{connection}', ...data });
const sum = (...dataPoints: object[]) => ({ sum: { dataPoints, aggregationTemporality: 2 } });

describe.each(ENCODINGS)('metrics, in %s', encoding => {
  const decode = (json: string) =>
    decodedMetrics(encoding, encoding === 'json' ? Buffer.from(json) : protobufFromJson('metrics', json));

  it('of the open connections are samples, as a sum or a gauge, of whole numbers or doubles', () => {
    const resource = {
      'service.name': 'gateway',
      'service.version': '1.8.2',
      'service.instance.id': 'gateway-1',
      'deployment.environment.name': 'prod',
      'process.pid': 7,
    };
    const client = { ...SERVER, attributes: jsonAttributes({ 'websocket.role': 'client' }) };
    const gauge = active({ gauge: { dataPoints: [{ ...client, asDouble: 3 }] } });
    const { samples } = decode(metricsRequest([active(sum({ ...SERVER, asInt: '1200' })), gauge], resource));
    const common = {
      service: 'gateway',
      serviceVersion: '1.8.2',
      instance: 'gateway-1',
      environment: 'prod',
      time: TEN_O_CLOCK,
      receivedAt: TEN_O_CLOCK + 100,
    };
    expect(samples).toEqual([
      { ...common, role: 'server', connections: 1_200 },
      { ...common, role: 'client', connections: 3 },
    ]);
  });

  it('of another name are counted', () => {
    const other = { name: 'websocket.closes', ...sum({ ...SERVER, asInt: '5' }) };
    const { samples, tally } = decode(metricsRequest([other, active(sum({ ...SERVER, asInt: '0' }))]));
    expect(samples).toMatchObject([{ service: 'unknown_service', instance: null, connections: 0 }]);
    expect(tally.otherMetrics).toBe(1);
  });

  it('are refused with a public token, as no visitor of a page knows how many connections there are', () => {
    const client = { ...SERVER, attributes: jsonAttributes({ 'websocket.role': 'client' }), asInt: '1' };
    const json = metricsRequest([active(sum({ ...SERVER, asInt: '1' }, client))]);
    const body = encoding === 'json' ? Buffer.from(json) : protobufFromJson('metrics', json);
    const { samples, tally } = decodedMetrics(encoding, body, false);
    expect(samples).toEqual([]);
    expect(tally.unusable.not_a_client).toBe(2);
  });

  it('that say no number of connections are unusable, and counted by reason', () => {
    const delta = { sum: { dataPoints: [{ ...SERVER, asInt: '5' }], aggregationTemporality: 1 } };
    const { samples, tally } = decode(
      metricsRequest([
        active(delta),
        active(sum({ ...SERVER, asInt: '-1' }, SERVER, { ...SERVER, asInt: '5', flags: 1 })),
        active(sum({ ...SERVER, attributes: [], asInt: '5' }, { ...SERVER, timeUnixNano: '0', asInt: '5' })),
      ]),
    );
    expect(samples).toEqual([]);
    expect(tally.unusable).toMatchObject({ delta: 1, no_value: 3, no_role: 1, no_times: 1 });
  });
});
