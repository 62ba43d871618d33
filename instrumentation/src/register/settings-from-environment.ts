/** Where the WebSocket spans go, as the environment says. */
export type SpanDestination =
  /** The collector of `CLOSEWATCH_ENDPOINT`; `url` is the whole address. */
  | { kind: 'closewatch'; url: string; headers: Headers }
  /** Where the standard OTLP variables say. OpenTelemetry's exporter reads them itself; `url` and `headers` are what it finds over HTTP. */
  | { kind: 'otlp'; protocol: OtlpProtocol; url: string; headers: Headers }
  | { kind: 'console' }
  | { kind: 'none' };

type Headers = Readonly<Record<string, string>>;

/** The values of OTEL_EXPORTER_OTLP_PROTOCOL. */
export type OtlpProtocol = 'http/protobuf' | 'http/json' | 'grpc';

/** What `register` reads itself; all other OTEL_* variables are read by OpenTelemetry's own packages. */
export interface RegisterSettings {
  destination: SpanDestination;
  /** Metrics and logs are exported where they are asked for by name: a collector that takes neither would refuse them once a minute. */
  exportsMetrics: boolean;
  exportsLogs: boolean;
  /** Settings that can't be followed, in words. */
  warnings: string[];
}

type Environment = Readonly<Record<string, string | undefined>>;

const PROTOCOLS: readonly string[] = ['http/protobuf', 'http/json', 'grpc'] satisfies OtlpProtocol[];

/**
 * The settings of `register`. Null where `OTEL_SDK_DISABLED` is `true`. Throws a TypeError for a `CLOSEWATCH_ENDPOINT` that is no http
 * URL. Source: OpenTelemetry, "Environment Variable Specification", and "OpenTelemetry Protocol Exporter".
 */
export function settingsFromEnvironment(environment: Environment): RegisterSettings | null {
  const read = (name: string): string | undefined => environment[name]?.trim() || undefined; // empty is unset, by the specification
  if (read('OTEL_SDK_DISABLED')?.toLowerCase() === 'true') return null;
  const warnings: string[] = [];
  return {
    destination: destinationFrom(read, warnings),
    exportsMetrics: read('OTEL_METRICS_EXPORTER') !== undefined,
    exportsLogs: read('OTEL_LOGS_EXPORTER') !== undefined,
    warnings,
  };
}

function destinationFrom(read: (name: string) => string | undefined, warnings: string[]): SpanDestination {
  const endpoint = read('CLOSEWATCH_ENDPOINT');
  if (endpoint !== undefined) {
    return { kind: 'closewatch', url: tracesUrl(endpoint), headers: headersFrom(read('CLOSEWATCH_HEADERS')) };
  }
  const exporters = (read('OTEL_TRACES_EXPORTER') ?? 'otlp').split(',').map(name => name.trim());
  if (exporters.includes('otlp')) {
    const base = read('OTEL_EXPORTER_OTLP_ENDPOINT') ?? 'http://localhost:4318';
    const url = read('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT') ?? `${base.replace(/\/$/, '')}/v1/traces`;
    const common = headersFrom(read('OTEL_EXPORTER_OTLP_HEADERS'));
    const headers = { ...common, ...headersFrom(read('OTEL_EXPORTER_OTLP_TRACES_HEADERS')) };
    return { kind: 'otlp', protocol: protocolFrom(read, warnings), url, headers };
  }
  if (exporters.includes('console')) return { kind: 'console' };
  if (!exporters.includes('none')) {
    warnings.push(
      `expected OTEL_TRACES_EXPORTER to have otlp, console or none in it, got "${exporters.join()}": no WebSocket span is exported`,
    );
  }
  return { kind: 'none' };
}

function protocolFrom(read: (name: string) => string | undefined, warnings: string[]): OtlpProtocol {
  const protocol = read('OTEL_EXPORTER_OTLP_TRACES_PROTOCOL') ?? read('OTEL_EXPORTER_OTLP_PROTOCOL') ?? 'http/protobuf';
  if (PROTOCOLS.includes(protocol)) return protocol as OtlpProtocol;
  warnings.push(
    `expected the OTLP protocol to be one of ${PROTOCOLS.join(', ')}, got "${protocol}": http/protobuf is used`,
  );
  return 'http/protobuf';
}

/** The endpoint is a base, as OTEL_EXPORTER_OTLP_ENDPOINT is: a path in it stays. */
function tracesUrl(endpoint: string): string {
  const base = URL.parse(endpoint);
  if (base?.protocol !== 'http:' && base?.protocol !== 'https:') {
    throw new TypeError(`expected CLOSEWATCH_ENDPOINT to be an http or https URL, got "${endpoint}"`);
  }
  return `${base.origin}${base.pathname.replace(/\/$/, '')}/v1/traces`;
}

/** `name=value,name=value` with values percent-encoded, as OTEL_EXPORTER_OTLP_HEADERS is written; what is not so is left out. */
function headersFrom(list: string | undefined): Headers {
  const headers: Record<string, string> = {};
  for (const entry of list?.split(',') ?? []) {
    const [, name, value] = /^\s*([^=\s]+)\s*=\s*(.*?)\s*$/.exec(entry) ?? [];
    if (name !== undefined && value !== undefined) headers[name] = decoded(value);
  }
  return headers;
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
