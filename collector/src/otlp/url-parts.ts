/** What is kept of a URL: its query and its fragment can carry tokens, its user is a secret. */
export interface UrlParts {
  urlScheme: string;
  serverAddress: string;
  /** Null where it is the scheme's own. */
  serverPort: number | null;
  urlPath: string;
}

/** Null for what is no absolute URL. */
export function urlPartsOf(text: string): UrlParts | null {
  const url = URL.parse(text);
  if (url === null) return null;
  return {
    urlScheme: url.protocol.slice(0, -1),
    serverAddress: url.hostname,
    serverPort: url.port === '' ? null : Number(url.port),
    urlPath: url.pathname,
  };
}
