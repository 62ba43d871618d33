import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { buildForBrowsers } from './build-for-browsers.ts';

/** What the entry may add to a page that has OpenTelemetry already. */
const LIMIT_BYTES = 4000;

it(`the web entry takes at most ${LIMIT_BYTES} bytes of a page, gzipped, and nothing but OpenTelemetry's API`, async () => {
  const entry = fileURLToPath(import.meta.resolve('@closewatch/instrumentation/web'));
  const code = await buildForBrowsers(entry, [/^@opentelemetry\//]);
  const size = gzipSync(code, { level: 9 }).length;
  process.stdout.write(`@closewatch/instrumentation/web: ${size} bytes gzipped, ${code.length} minified\n`);
  const imported = [...code.matchAll(/\bfrom\s*["']([^"']+)["']/g)].map(match => match[1]);
  expect(imported).toEqual(['@opentelemetry/api']);
  expect(size).toBeLessThanOrEqual(LIMIT_BYTES);
});
