/** A number of an object of counters, and the keys that lead to it. */
export interface CounterLeaf {
  path: readonly string[];
  value: number;
}

/**
 * Every number in an object, however deep.
 *
 * @example counterLeaves({ commits: { failed: 2 } }) // [{ path: ['commits', 'failed'], value: 2 }]
 */
export function counterLeaves(counters: object, path: readonly string[] = []): CounterLeaf[] {
  return Object.entries(counters).flatMap(([key, value]) => {
    const inner = [...path, key];
    return typeof value === 'number' ? [{ path: inner, value }] : counterLeaves(value as object, inner);
  });
}
