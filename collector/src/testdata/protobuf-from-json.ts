import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import protobuf from 'protobufjs';

export type Signal = 'traces' | 'metrics' | 'logs';

const { root } = protobuf.parse(readFileSync(join(import.meta.dirname, 'otlp.proto'), 'utf8'), { keepCase: true });
const TYPES = {
  traces: root.lookupType('ExportTraceServiceRequest'),
  metrics: root.lookupType('ExportMetricsServiceRequest'),
  logs: root.lookupType('ExportLogsServiceRequest'),
};
const IDS: readonly string[] = ['traceId', 'spanId', 'parentSpanId'];

/** The same request in protobuf, as protobufjs encodes it: an encoder that is not OpenTelemetry's. */
export function protobufFromJson(signal: Signal, json: string): Uint8Array {
  const request = JSON.parse(json, (key, value) => (IDS.includes(key) ? Buffer.from(value, 'hex') : value));
  return TYPES[signal].encode(TYPES[signal].fromObject(request)).finish();
}
