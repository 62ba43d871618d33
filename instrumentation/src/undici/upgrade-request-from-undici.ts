import type { UpgradeRequest } from '../options.ts';
import type { UndiciRequest } from './undici-shapes.ts';

/** The upgrade request of an undici WebSocket; undici speaks of `http:` where the WebSocket's URL says `ws:`. */
export function upgradeRequestFromUndici({ origin, path, headers }: UndiciRequest): UpgradeRequest {
  const url = new URL(path, origin);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  return { role: 'client', url, headers: plainHeaders(headers) };
}

/** An array of names and values in turn, or the lines of the request. */
function plainHeaders(headers: UndiciRequest['headers']): Record<string, string | undefined> {
  const pairs =
    typeof headers === 'string' ? headers.split('\r\n').map(line => line.split(/:\s*(.*)/s)) : inTurn(headers);
  return Object.fromEntries(pairs.map(([name = '', value = '']) => [name.toLowerCase(), value]));
}

function inTurn(headers: readonly unknown[]): string[][] {
  const pairs: string[][] = [];
  for (let at = 0; at < headers.length; at += 2) pairs.push([String(headers[at]), String(headers[at + 1])]);
  return pairs;
}
