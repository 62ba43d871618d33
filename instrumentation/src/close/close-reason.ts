/** RFC 6455, section 5.5: a control frame carries 125 bytes at most, two of which are the code. */
const MAX_REASON_BYTES = 123;

/** What may hide in a reason that somebody wrote by hand. The most specific rule comes first. */
const SECRETS: readonly RegExp[] = [
  /[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g, // mail addresses
  /\beyJ[\w-]+(?:\.[\w-]+)*/g, // JSON web tokens
  /\b(?:bearer|basic)\s+\S+/gi,
  /\b(?:api[_-]?key|access[_-]?token|token|secret|password|passwd|session|sid|auth(?:orization)?)\s*[=:]\s*\S+/gi,
  /\?[^\s?]*=\S*/g, // query strings
  /\b(?=[\w-]*\d)[\w-]{20,}\b/g, // long opaque ids: hexadecimal, base64url
];

/**
 * A close reason fit to be exported: mail addresses, tokens and query strings replaced by `[scrubbed]`, at most 123
 * bytes of UTF-8 (RFC 6455, section 5.5), cut at a character. Empty text in, empty text out.
 */
export function scrubbedReason(reason: string): string {
  const scrubbed = SECRETS.reduce((text, secret) => text.replace(secret, '[scrubbed]'), reason.toWellFormed());
  const bytes = new TextEncoder().encode(scrubbed); // no Buffer: pages use this too
  if (bytes.length <= MAX_REASON_BYTES) return scrubbed;
  // `stream` holds back the character that the cut splits.
  return new TextDecoder().decode(bytes.subarray(0, MAX_REASON_BYTES), { stream: true });
}

/**
 * Texts with which WebSocket libraries explain that they fail a connection over its payload: ws, browsers and Go servers
 * say nothing; undici, Chromium, aiohttp, Autobahn, Netty, Tomcat, Jetty and tungstenite name UTF-8; Python's websockets
 * quotes its decoder ("invalid start byte at position 1"); Java-WebSocket its own ("Input length = 1"); others speak of
 * the deflate data.
 */
const LIBRARY_TEXT =
  /utf-?8|unicode|codec|can(?:'|no)t decode|could not decode|invalid (?:start|continuation) byte|unexpected end of data|input length ?=|malformed ?input|[di]nflate|decompress|compressed data|invalid (?:frame )?payload/i;

/**
 * Whether a received 1007's reason is one of the known libraries' own texts, as opposed to an application that says 1007
 * for its own purposes ("invalid argument"). An empty reason is a library's.
 */
export function isLibraryPayloadReason(reason: string): boolean {
  return reason === '' || LIBRARY_TEXT.test(reason);
}

/** Whether the reason says that text was not UTF-8; Chromium sends that with 1002 in the place of 1007. */
export function saysInvalidUtf8(reason: string): boolean {
  return /utf-?8/i.test(reason);
}
