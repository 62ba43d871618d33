import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { UsageError } from '../usage-error.ts';
import { type FleetLine, fleetLineFromText } from './fleet-line.ts';

/** The fleet's own folder: it is there in a checkout, not in the published package. */
const FLEET = join(import.meta.dirname, '../../../demo/src/main.ts');

export interface Fleet {
  /** What the fleet says, in order, until it ends. */
  lines: AsyncIterable<FleetLine>;
  /** Ends the fleet with all of its processes; resolves when it is gone. */
  stop(): Promise<void>;
}

export interface FleetOptions {
  seed: number;
  once: boolean;
  /** Where the fleet exports its spans. */
  otlpEndpoint: string;
}

/** @throws UsageError outside of a checkout: the published package has no fleet */
export function expectFleet(): void {
  if (!existsSync(FLEET))
    throw new UsageError('demo: expected a checkout with its demo/ folder; the published package has no fleet');
}

/** Starts the demo's fleet as a process of its own: the product never shares one with the applications that it watches. */
export function startFleet({ seed, once, otlpEndpoint }: FleetOptions): Fleet {
  const child = spawn(process.execPath, [FLEET, '--seed', String(seed), ...(once ? ['--once'] : [])], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, OTEL_EXPORTER_OTLP_ENDPOINT: otlpEndpoint },
  });
  const gone = new Promise<void>(resolve => child.once('exit', () => resolve()));
  return {
    lines: fleetLines(child.stdout),
    async stop() {
      child.kill('SIGTERM');
      await gone;
    },
  };
}

async function* fleetLines(output: NodeJS.ReadableStream): AsyncGenerator<FleetLine> {
  for await (const line of createInterface({ input: output })) yield fleetLineFromText(line);
}
