import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import type { SendAtExit } from '../export/close-span-processor.ts';
import type { SpanDestination } from './settings-from-environment.ts';

/** The host has called process.exit and waits: longer than this a dead collector may not hold it up: as long as at SIGTERM. */
const TIMEOUT_MILLIS = 5_000;

/** Posts its standard input, and ends with 0 where it was taken. Run by a Node of its own, as this process's loop has ended. */
const POST_STANDARD_INPUT = `
  const chunks = [];
  process.stdin.on('data', chunk => chunks.push(chunk)).on('end', async () => {
    const { CLOSEWATCH_EXIT_URL: url, CLOSEWATCH_EXIT_HEADERS: headers } = process.env;
    const answer = await fetch(url, { method: 'POST', headers: JSON.parse(headers), body: Buffer.concat(chunks) });
    process.exitCode = answer.ok ? 0 : 1;
  });`;

interface TransformerModule {
  ProtobufTraceSerializer: { serializeRequest(spans: unknown): Uint8Array | undefined };
}

/**
 * Makes the sender for what is left when the host calls process.exit, which ends the process before any asynchronous export could:
 * the spans are serialized and posted, in OTLP over HTTP, by a second Node that this one waits for. Undefined for destinations that are not
 * HTTP. `sdkNode` is where @opentelemetry/sdk-node lies.
 */
export function createSendAtExit(destination: SpanDestination, sdkNode: string): SendAtExit | undefined {
  if (destination.kind === 'console' || destination.kind === 'none') return undefined;
  if (destination.kind === 'otlp' && destination.protocol === 'grpc') return undefined;
  const exporter = createRequire(sdkNode).resolve('@opentelemetry/exporter-trace-otlp-proto');
  const { ProtobufTraceSerializer } = createRequire(exporter)('@opentelemetry/otlp-transformer') as TransformerModule;
  const headers = { ...destination.headers, 'content-type': 'application/x-protobuf' };
  const { NODE_OPTIONS: _, ...environment } = process.env; // it may load this file again
  const env = {
    ...environment,
    CLOSEWATCH_EXIT_URL: destination.url,
    CLOSEWATCH_EXIT_HEADERS: JSON.stringify(headers),
  };
  return spans => {
    const input = ProtobufTraceSerializer.serializeRequest(spans);
    if (!input) return false;
    const { status } = spawnSync(process.execPath, ['--eval', POST_STANDARD_INPUT], {
      input,
      env,
      stdio: ['pipe', 'ignore', 'ignore'],
      timeout: TIMEOUT_MILLIS,
      windowsHide: true,
    });
    return status === 0;
  };
}
