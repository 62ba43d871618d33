import type { DuckDBConnection } from '@duckdb/node-api';
import type { AttachedFiles } from './attached-files.ts';
import { type ReadSession, readSession } from './session.ts';

/** What may be done with the files of the data folder, between transactions. */
export interface FileSession extends ReadSession {
  /** Makes a file, and attaches it under a name. */
  create(path: string, name: string): Promise<void>;
  /** Attaches a file under a name. */
  attach(path: string, name: string): Promise<void>;
  /** Writes the file's WAL into it and lets it go; reads that hold it keep what they see. */
  detach(name: string): Promise<void>;
  run(sql: string): Promise<void>;
}

export function fileSession(connection: DuckDBConnection, files: AttachedFiles): FileSession {
  return {
    ...readSession(connection),
    run: async sql => void (await connection.run(sql)),
    create: (path, name) => files.create(path, name),
    attach: (path, name) => files.attach(path, name),
    detach: name => files.detach(name),
  };
}
