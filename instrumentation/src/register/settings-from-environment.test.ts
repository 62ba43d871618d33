import { describe, expect, it } from 'vitest';
import { settingsFromEnvironment } from './settings-from-environment.ts';

const STANDARD = {
  kind: 'otlp',
  protocol: 'http/protobuf',
  url: 'http://localhost:4318/v1/traces',
  headers: {},
};

describe('the settings of register', () => {
  it("are OpenTelemetry's defaults in an empty environment, and empty is unset", () => {
    const expected = { destination: STANDARD, exportsMetrics: false, exportsLogs: false, warnings: [] };
    expect(settingsFromEnvironment({})).toEqual(expected);
    expect(settingsFromEnvironment({ CLOSEWATCH_ENDPOINT: ' ', OTEL_METRICS_EXPORTER: '' })).toEqual(expected);
  });

  it('are none where the SDK is disabled', () => {
    expect(settingsFromEnvironment({ OTEL_SDK_DISABLED: 'True' })).toBeNull();
    expect(settingsFromEnvironment({ OTEL_SDK_DISABLED: 'no' })).not.toBeNull();
  });

  it.each([
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4318/' }, { ...STANDARD, url: 'http://c:4318/v1/traces' }],
    [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://c/x' }, { ...STANDARD, url: 'http://c/x' }],
    [{ OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }, { ...STANDARD, protocol: 'grpc' }],
    [
      { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc', OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'http/json' },
      { ...STANDARD, protocol: 'http/json' },
    ],
    [
      { OTEL_EXPORTER_OTLP_HEADERS: 'a=1, b=x%20y,nonsense', OTEL_EXPORTER_OTLP_TRACES_HEADERS: 'a=2=3' },
      { ...STANDARD, headers: { a: '2=3', b: 'x y' } },
    ],
    [{ OTEL_TRACES_EXPORTER: 'console,otlp' }, STANDARD],
    [{ OTEL_TRACES_EXPORTER: 'console' }, { kind: 'console' }],
    [{ OTEL_TRACES_EXPORTER: 'none' }, { kind: 'none' }],
    [
      { OTEL_TRACES_EXPORTER: 'none', CLOSEWATCH_ENDPOINT: 'https://c.example/base/', CLOSEWATCH_HEADERS: 'a=%' },
      { kind: 'closewatch', url: 'https://c.example/base/v1/traces', headers: { a: '%' } },
    ],
  ])('send %j to %j', (environment, destination) => {
    expect(settingsFromEnvironment(environment)).toMatchObject({ destination, warnings: [] });
  });

  it('say what can not be followed', () => {
    expect(settingsFromEnvironment({ OTEL_EXPORTER_OTLP_PROTOCOL: 'http' })).toMatchObject({
      destination: STANDARD,
      warnings: [
        'expected the OTLP protocol to be one of http/protobuf, http/json, grpc, got "http": http/protobuf is used',
      ],
    });
    expect(settingsFromEnvironment({ OTEL_TRACES_EXPORTER: 'zipkin' })).toMatchObject({
      destination: { kind: 'none' },
      warnings: [
        'expected OTEL_TRACES_EXPORTER to have otlp, console or none in it, got "zipkin": no WebSocket span is exported',
      ],
    });
    expect(() => settingsFromEnvironment({ CLOSEWATCH_ENDPOINT: 'ftp://c' })).toThrow(
      new TypeError('expected CLOSEWATCH_ENDPOINT to be an http or https URL, got "ftp://c"'),
    );
  });
});
