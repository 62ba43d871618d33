import { openDuckDbStore } from '../duckdb/open-duckdb-store.ts';
import type { Store } from '../store.ts';

/** Opens the store that lies in a folder, or makes it there. `now` is the store's clock, epoch milliseconds. */
export interface Engine {
  name: string;
  open(folder: string, now?: () => number): Promise<Store>;
}

/** Every engine of the store. What the tests of this folder ask of the first of them, they ask of all. */
export const ENGINES: readonly Engine[] = [
  { name: 'DuckDB', open: (folder, now = Date.now) => openDuckDbStore({ folder, now }) },
];
