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
  /** Spans a second that it may bring, in the long run; short peaks of ten seconds' worth are let through. */
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
  /** Takes the spans of a request. Throws Refusal (429) where too many have been taken already. */
  spend(spans: number): void;
}
