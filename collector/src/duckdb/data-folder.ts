import { chmodSync, existsSync, mkdirSync, realpathSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { StoreError } from '../store-error.ts';

/**
 * Makes the data folder where it is missing, with mode 0700, and returns its real path. Throws StoreError, with the
 * folder's name and what to do, where it can't be made or is no folder.
 */
export function makeDataFolder(folder: string): string {
  try {
    const missing = missingFolders(resolve(folder));
    for (const path of missing) makeFolder(path);
    if (!statSync(folder).isDirectory()) throw new Error('expected a folder, got a file');
    if (missing.length > 0) chmodSync(folder, 0o700);
    return realpathSync(folder);
  } catch (cause) {
    const problem = (cause as Error).message;
    const message = `cannot use the data folder ${folder}: ${problem}: choose a folder that can be written`;
    throw new StoreError('STORE_UNREADABLE', message, { cause });
  }
}

/** What does not exist yet of a path, the outermost first. */
function missingFolders(path: string): string[] {
  return existsSync(path) ? [] : [...missingFolders(dirname(path)), path];
}

/**
 * One level, whose parent exists: Node's own `recursive` never returns where the parent exists and the system answers
 * ENOENT all the same, as /proc does. Another process may have been faster.
 */
function makeFolder(path: string): void {
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}
