/** What is measured beside what: a side is the same application with another telemetry loaded before it. */
export interface Side {
  title: string;
  /** The module that `--import` loads, in `telemetry/`; null for the application alone. */
  telemetry: string | null;
  environment: Readonly<Record<string, string>>;
  /** Node's. */
  flags: readonly string[];
}

const withoutDatadogsOwnTraffic = {
  DD_INSTRUMENTATION_TELEMETRY_ENABLED: 'false',
  DD_REMOTE_CONFIGURATION_ENABLED: 'false',
};

/** What V8 has made of the young generation once the SDK has loaded, where it leaves a server that loads nothing at half of it or less: decision 7. */
const GROWN_YOUNG_GENERATION = ['--min-semi-space-size=4'];

const plain = { telemetry: null, environment: {}, flags: [] } as const;

/**
 * By the name that `--sides` takes. Every ratio is to `bare`, and those of the sides on OpenTelemetry's SDK to `sdk` too. The second bare
 * server shows what the figures can tell apart; `grown` what a young generation as large as other processes' does to a bare one.
 */
export const SIDES = {
  bare: { ...plain, title: 'bare `ws`' },
  again: { ...plain, title: 'bare `ws`, again' },
  grown: { ...plain, title: 'bare `ws`, young generation of 4 MB', flags: GROWN_YOUNG_GENERATION },
  sdk: { ...plain, title: 'SDK loaded, nothing instrumented', telemetry: 'sdk.ts' },
  loaded: { ...plain, title: 'loaded, not enabled', telemetry: 'loaded.ts' },
  closewatch: { ...plain, title: 'Closewatch', telemetry: 'closewatch.ts' },
  'opentelemetry-ws': { ...plain, title: '`opentelemetry-instrumentation-ws`', telemetry: 'opentelemetry-ws.ts' },
  'dd-trace': {
    ...plain,
    title: '`dd-trace`',
    telemetry: 'dd-trace.ts',
    environment: withoutDatadogsOwnTraffic,
  },
} as const satisfies Record<string, Side>;

export type SideName = keyof typeof SIDES;

/** @throws RangeError for a name that is no side's */
export function sideNames(names: readonly string[]): SideName[] {
  const unknown = names.find(name => !Object.hasOwn(SIDES, name));
  if (unknown !== undefined)
    throw new RangeError(`expected sides out of ${Object.keys(SIDES).join(', ')}, got "${unknown}"`);
  return ['bare', ...(names.filter(name => name !== 'bare') as SideName[])];
}
