import { StoreError } from '../store-error.ts';

/** Name of the attached file that a failed checkpoint has made unusable until it is attached again; null for another error. */
export function invalidatedFile(error: unknown): string | null {
  const message = (error as Error).message ?? '';
  if (!message.includes('has been invalidated')) return null;
  return /[Dd]atabase "([^"]+)"/.exec(message)?.[1] ?? null;
}

/** The error as callers see it: a full disk has a code of its own. */
export function translatedError(error: unknown, folder: string): unknown {
  const isNoSpace = error instanceof Error && error.message.includes('No space left on device');
  return isNoSpace ? noSpace(folder, 'the disk is full', error) : error;
}

/** The refusal of rows for want of room. */
export function noSpace(folder: string, problem: string, cause?: unknown): StoreError {
  const message = `no space for more rows in ${folder}: ${problem}: make room on the disk, or keep fewer days`;
  return new StoreError('STORE_NO_SPACE', message, { cause });
}

/** A file that DuckDB does not take, with what to do about it. */
export function unreadable(file: string, cause: Error): StoreError {
  const problem = cause.message.split('\n', 1)[0];
  const advice = 'put a backup of it in its place, or move it (and its .wal) elsewhere to go on without it';
  return new StoreError('STORE_UNREADABLE', `cannot open ${file}: ${problem}: ${advice}`, { cause });
}

/** The refusal of a folder that another process holds. */
export function inUse(folder: string, cause: Error): StoreError | null {
  if (!cause.message.includes('Could not set lock')) return null;
  const holder = /\(PID (\d+)\)/.exec(cause.message)?.[1];
  const who = holder === undefined ? 'another process' : `another process (pid ${holder})`;
  const message = `the data folder ${folder} is in use by ${who}: stop it, or choose another folder`;
  return new StoreError('STORE_FOLDER_IN_USE', message, { cause });
}
