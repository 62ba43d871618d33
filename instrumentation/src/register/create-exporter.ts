import { createRequire } from 'node:module';
import type { SpanExporter } from '@opentelemetry/sdk-trace-base';
import type { OtlpProtocol, SpanDestination } from './settings-from-environment.ts';

const EXPORTER_PACKAGES: Readonly<Record<OtlpProtocol, string>> = {
  'http/protobuf': '@opentelemetry/exporter-trace-otlp-proto',
  'http/json': '@opentelemetry/exporter-trace-otlp-http',
  grpc: '@opentelemetry/exporter-trace-otlp-grpc',
};

interface OtlpExporterModule {
  OTLPTraceExporter: new (config?: { url: string; headers: Readonly<Record<string, string>> }) => SpanExporter;
}

/**
 * Makes the exporter of the WebSocket spans; null for `none`. `sdkNode` is where @opentelemetry/sdk-node lies: the exporters are its
 * own dependencies, so they are found beside it in any layout of node_modules, in the version that fits.
 */
export function createExporter(
  destination: SpanDestination,
  sdkNode: string,
  createConsoleExporter: () => SpanExporter,
): SpanExporter | null {
  if (destination.kind === 'none') return null;
  if (destination.kind === 'console') return createConsoleExporter();
  const protocol = destination.kind === 'otlp' ? destination.protocol : 'http/protobuf';
  const { OTLPTraceExporter } = createRequire(sdkNode)(EXPORTER_PACKAGES[protocol]) as OtlpExporterModule;
  if (destination.kind === 'otlp') return new OTLPTraceExporter();
  const { url, headers } = destination;
  // The exporter would add the headers of the standard variables, which are another backend's credentials.
  const variables = { OTEL_EXPORTER_OTLP_HEADERS: undefined, OTEL_EXPORTER_OTLP_TRACES_HEADERS: undefined };
  return withEnvironment(variables, () => new OTLPTraceExporter({ url, headers }));
}

/** Runs an action, which must be synchronous, while some of the process' variables have other values. */
function withEnvironment<T>(variables: Readonly<Record<string, string | undefined>>, action: () => T): T {
  const before = Object.keys(variables).map(name => [name, process.env[name]] as const);
  setVariables(Object.entries(variables));
  try {
    return action();
  } finally {
    setVariables(before);
  }
}

function setVariables(variables: readonly (readonly [string, string | undefined])[]): void {
  for (const [name, value] of variables) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
}
