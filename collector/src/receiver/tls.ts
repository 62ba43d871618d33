import type { Buffer } from 'node:buffer';

/** What the certificate and key files hold, in PEM. */
export interface TlsFiles {
  cert: Buffer;
  key: Buffer;
}
