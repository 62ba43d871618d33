import type { DuckDBType } from '@duckdb/node-api';

/** Throws where a result's columns are not of these types: their memory would be read as something else. */
export function expectTypes(expected: readonly string[], types: readonly DuckDBType[]): void {
  const got = types.map(String);
  const wrong = expected.findIndex((sql, index) => got[index] !== sql);
  if (wrong < 0 && got.length === expected.length) return;
  throw new Error(
    `expected ${expected[wrong] ?? 'no more'} as column ${wrong + 1} of a result, got ${got[wrong] ?? 'none'}`,
  );
}
