import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The README's three lines, and a line of JSON a span on standard output. */
const TELEMETRY = `
  import { trace } from '@opentelemetry/api';
  import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
  import { WebSocketInstrumentation } from ${JSON.stringify(import.meta.resolve('../src/index.ts'))};
  const onEnd = ({ name, attributes }) =>
    process.stdout.write(JSON.stringify({ name, attributes }) + '\\n');
  const none = async () => {};
  const processor = { onStart() {}, onEnd, forceFlush: none, shutdown: none };
  trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [processor] }));
  globalThis.instrumentation = new WebSocketInstrumentation();
`;

/** A span as another process told it. */
export interface ToldSpan {
  name: string;
  attributes: Record<string, unknown>;
}

/**
 * Runs an application, given as the source of an ECMAScript (`mjs`) or CommonJS (`cjs`) module, in a process that is
 * instrumented by `--import`, until it ends by itself. It finds the packages of this room.
 */
export async function spansOfProcess(kind: 'mjs' | 'cjs', source: string, flags: string[] = []): Promise<ToldSpan[]> {
  const folder = await mkdtemp(join(import.meta.dirname, '.process-'));
  try {
    await writeFile(join(folder, 'telemetry.mjs'), TELEMETRY);
    await writeFile(join(folder, `application.${kind}`), source);
    const args = [...flags, '--import', './telemetry.mjs', `./application.${kind}`];
    const { stdout } = await run(process.execPath, args, { cwd: folder, timeout: 25_000 });
    return stdout
      .trim()
      .split('\n')
      .map(line => JSON.parse(line) as ToldSpan);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The attributes of one side's close spans, in the order in which they ended. */
export function closesOf(spans: ToldSpan[], role: 'client' | 'server'): Record<string, unknown>[] {
  return spans
    .filter(span => span.name === 'websocket.close' && span.attributes['websocket.role'] === role)
    .map(span => span.attributes);
}
