import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');

/** The table of rooms in ARCHITECTURE.md: which of our packages each room may import. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  instrumentation: [],
  collector: ['@closewatch/instrumentation/attributes'],
  analyzer: ['@closewatch/collector'],
  dashboard: ['@closewatch/analyzer', '@closewatch/collector'],
  cli: ['@closewatch/instrumentation', '@closewatch/collector', '@closewatch/analyzer', '@closewatch/dashboard'],
  demo: ['@closewatch/instrumentation', '@closewatch/instrumentation/export'],
};

function sourceFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter(entry => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map(entry => join(entry.parentPath, entry.name))
    .filter(file => !/node_modules|[/\\]dist[/\\]/.test(file));
}

function importsOf(file: string): string[] {
  const source = readFileSync(file, 'utf8');
  const found = source.matchAll(/(?:from|import)\s*\(?\s*['"]([^'"]+)['"]/g);
  return [...found].map(match => match[1] as string);
}

function isOurs(specifier: string): boolean {
  return specifier.startsWith('@closewatch/') || specifier === 'closewatch';
}

describe('the arrows between rooms', () => {
  for (const [room, allowed] of Object.entries(MAY_IMPORT)) {
    const files = sourceFiles(join(root, room));

    it(`${room} imports only what its row of the table names`, () => {
      expect(files.length).toBeGreaterThan(0);
      const wrong = files.flatMap(file =>
        importsOf(file)
          .filter(specifier => isOurs(specifier) && !allowed.includes(specifier))
          .map(specifier => `${relative(root, file)} imports ${specifier}`),
      );
      expect(wrong).toEqual([]);
    });

    it(`${room} reaches no other room by a relative path`, () => {
      const wrong = files.flatMap(file =>
        importsOf(file)
          .filter(specifier => specifier.startsWith('.'))
          .filter(specifier => relative(join(root, room), join(file, '..', specifier)).startsWith('..'))
          .map(specifier => `${relative(root, file)} imports ${specifier}`),
      );
      expect(wrong).toEqual([]);
    });
  }

  it('instrumentation imports nothing but OpenTelemetry and Node at run time', () => {
    const files = sourceFiles(join(root, 'instrumentation/src')).filter(file => !file.endsWith('.test.ts'));
    const wrong = files.flatMap(file =>
      importsOf(file).filter(specifier => !/^(\.|node:|@opentelemetry\/)/.test(specifier)),
    );
    expect(wrong).toEqual([]);
  });
});
