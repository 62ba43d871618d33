/** A secret that lets in. */
export interface IngestToken {
  /** For counters and the log, where the token itself never appears. */
  name: string;
  token: string;
}

/** A token that anybody can read in a page: what comes with it is stored as not trusted, and only clients' spans are taken. */
export interface PublicToken extends IngestToken {
  /** Web origins that may use it, such as `https://app.example`; none for any. */
  origins: readonly string[];
  /** Spans a second that it may bring, in the long run; at once ten seconds' worth, and 512 at any rate. More in one request is refused. */
  spansPerSecond: number;
}

/** Who may send. Without any token everybody may, and is trusted. */
export interface IngestAccess {
  tokens: readonly IngestToken[];
  publicTokens: readonly PublicToken[];
  /** Web origins whose pages may send, with whatever token they have. */
  corsOrigins: readonly string[];
}

export const OPEN_ACCESS: IngestAccess = { tokens: [], publicTokens: [], corsOrigins: [] };

/** Who a request comes from. */
export interface Sender {
  /** Of its token; null where no tokens are asked for. */
  name: string | null;
  trusted: boolean;
  /** Longest body, unpacked, that it may send. */
  maxBodyBytes: number;
  /** Takes the spans of a request. Throws Refusal (429) where too many have been taken already, 413 where they are too many at any time. */
  spend(spans: number): void;
  /** Takes what a request had more than was spent for it. Throws Refusal (413) where the request had too many. */
  settle(spent: number, spans: number): void;
}
