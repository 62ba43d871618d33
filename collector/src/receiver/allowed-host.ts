import { isIP } from 'node:net';

/**
 * Whether a Host header names this server: `localhost`, an IP address, or one of `names` (in any case, any port).
 * The name `*` allows every header, for a server behind a proxy that checks them.
 *
 * A web page can make a browser send requests here under the page's own name (DNS rebinding), and would then read what is
 * stored, or post spans. It can't do so under an address or under `localhost`, whatever this server listens on. A
 * request without the header is none of a browser's, but no exporter's either.
 *
 * @example isAllowedHost('127.0.0.1:8080', []) // true
 * @example isAllowedHost('closewatch:4318', ['closewatch']) // true
 * @example isAllowedHost('rebound.example', ['*']) // true
 */
export function isAllowedHost(header: string | undefined, names: readonly string[]): boolean {
  if (names.includes('*')) return true;
  if (header === undefined) return false;
  const name = header.replace(/:\d+$/, '').toLowerCase();
  const bare = name.startsWith('[') ? name.slice(1, -1) : name;
  return bare === 'localhost' || isIP(bare) !== 0 || names.some(allowed => allowed.toLowerCase() === name);
}
