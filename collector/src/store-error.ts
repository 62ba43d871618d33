/** What can be wrong with a store, by a stable code. */
export type StoreErrorCode =
  /** Another process, or another part of this one, holds the data folder. */
  | 'STORE_FOLDER_IN_USE'
  /** The data was written by a newer Closewatch. */
  | 'STORE_SCHEMA_TOO_NEW'
  /** The database file cannot be opened: damaged, not ours, or no permission. */
  | 'STORE_UNREADABLE'
  /** The disk is full, or has too little left for another commit. It ends by itself when there is room. */
  | 'STORE_NO_SPACE'
  /** A call after `close()`. */
  | 'STORE_CLOSED'
  /** A delivery was recorded for a message that was never queued. */
  | 'STORE_NO_SUCH_MESSAGE';

/** A store that cannot do what it was asked. The message is one line, and says which folder or file it is about. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly code: StoreErrorCode;

  constructor(code: StoreErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
