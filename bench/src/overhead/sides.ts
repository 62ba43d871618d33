/** What is measured beside what: a side is the same application with another telemetry loaded before it. */
export interface Side {
  title: string;
  /** The module that `--import` loads, in `telemetry/`; null for the application alone. */
  telemetry: string | null;
  environment: Readonly<Record<string, string>>;
}

const withoutDatadogsOwnTraffic = {
  DD_INSTRUMENTATION_TELEMETRY_ENABLED: 'false',
  DD_REMOTE_CONFIGURATION_ENABLED: 'false',
};

/** By the name that `--sides` takes. Every ratio is to `bare`; that of `again`, which is the same, shows what the figures can tell apart. */
export const SIDES = {
  bare: { title: 'bare `ws`', telemetry: null, environment: {} },
  again: { title: 'bare `ws`, again', telemetry: null, environment: {} },
  loaded: { title: 'loaded, not enabled', telemetry: 'loaded.ts', environment: {} },
  closewatch: { title: 'Closewatch', telemetry: 'closewatch.ts', environment: {} },
  'opentelemetry-ws': {
    title: '`opentelemetry-instrumentation-ws`',
    telemetry: 'opentelemetry-ws.ts',
    environment: {},
  },
  'dd-trace': { title: '`dd-trace`', telemetry: 'dd-trace.ts', environment: withoutDatadogsOwnTraffic },
} as const satisfies Record<string, Side>;

export type SideName = keyof typeof SIDES;

/** @throws RangeError for a name that is no side's */
export function sideNames(names: readonly string[]): SideName[] {
  const unknown = names.find(name => !Object.hasOwn(SIDES, name));
  if (unknown !== undefined)
    throw new RangeError(`expected sides out of ${Object.keys(SIDES).join(', ')}, got "${unknown}"`);
  return ['bare', ...(names.filter(name => name !== 'bare') as SideName[])];
}
