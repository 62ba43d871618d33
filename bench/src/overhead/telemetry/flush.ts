/** How the side's telemetry, which is loaded before the application, hands on what it still holds. */
const FLUSH = Symbol.for('closewatch.bench.flush');

type Flush = () => Promise<void>;

export function onFlush(flush: Flush): void {
  Object.assign(globalThis, { [FLUSH]: flush });
}

/** Resolves at once on the bare side. */
export async function flushTelemetry(): Promise<void> {
  await (globalThis as { [FLUSH]?: Flush })[FLUSH]?.();
}
