import { once } from 'node:events';
import { Readable } from 'node:stream';
import { UsageError } from '../usage-error.ts';

/** What to export from which running `serve`. Times are RFC 3339 or undefined for all. */
export interface ExportOptions {
  server: string;
  from?: string | undefined;
  to?: string | undefined;
  format: string;
}

/**
 * Writes the stored events of a running `serve` as OTLP JSON lines or Parquet, which `replay` reads, or as csv or json.
 *
 * @throws UsageError where the server can't be reached or refuses the request
 */
export async function exportEvents(options: ExportOptions, output: NodeJS.WritableStream): Promise<void> {
  const url = exportUrl(options);
  const response = await fetch(url).catch(cause => {
    throw new UsageError(`--server: expected a running closewatch at ${options.server}, got ${causeOf(cause)}`, {
      cause,
    });
  });
  if (!response.ok || response.body === null) {
    const problem = (await response.json().catch(() => ({}))) as { detail?: string };
    throw new UsageError(`${url.origin} answered ${response.status}: ${problem.detail ?? response.statusText}`);
  }
  for await (const chunk of Readable.fromWeb(response.body)) {
    if (!output.write(chunk)) await once(output, 'drain');
  }
}

function exportUrl({ server, from, to, format }: ExportOptions): URL {
  if (!URL.canParse(server))
    throw new UsageError(`--server: expected an address such as http://127.0.0.1:8080, got "${server}"`);
  const url = new URL('/api/v1/export', server);
  for (const [key, value] of Object.entries({ format, from, to }))
    if (value !== undefined) url.searchParams.set(key, value);
  return url;
}

function causeOf(problem: unknown): string {
  const cause = (problem as Error).cause as NodeJS.ErrnoException | undefined;
  return cause?.code ?? (problem as Error).message;
}
