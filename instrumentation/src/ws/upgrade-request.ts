import type { ClientRequest, IncomingHttpHeaders, IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import type { UpgradeRequest } from '../options.ts';

/** A client's upgrade request, from the URL that the application gave and the headers that will be sent. */
export function upgradeRequestFromClient(url: string, request: ClientRequest): UpgradeRequest {
  return { role: 'client', url: networkUrl(new URL(url)), headers: plainHeaders(request.getHeaders()) };
}

/** `ws+unix:/run/app.sock:/chat` has a file's name before the path that is asked for: that stays on the machine. */
function networkUrl(url: URL): URL {
  if (url.protocol !== 'ws+unix:') return url;
  const [, path = '/'] = (url.pathname + url.search).split(/:(.*)/s);
  return new URL(path, 'ws://localhost/');
}

/**
 * A server's upgrade request. The address is the one that the client asked for (`Host`), or else the socket's own. A target
 * that is no path (RFC 9112, section 3.2.2 allows a whole URL) is taken as it is.
 */
export function upgradeRequestFromServer(request: IncomingMessage): UpgradeRequest {
  const { socket, headers } = request;
  const scheme = 'encrypted' in socket && socket.encrypted ? 'wss' : 'ws';
  const host = headers.host ?? `${socket.localAddress ?? 'localhost'}:${socket.localPort ?? ''}`;
  const target = request.url ?? '/';
  const url =
    URL.parse(target.startsWith('/') ? `${scheme}://${host}${target}` : target) ?? new URL(`${scheme}://invalid/`);
  return { role: 'server', url, headers: parsedHeaders(headers) };
}

/** Of an `IncomingMessage`: Node has made the names lower case, and text of all that comes several times but `set-cookie`. */
function parsedHeaders(headers: IncomingHttpHeaders): Record<string, string | undefined> {
  const cookies = headers['set-cookie'];
  return { ...(headers as Record<string, string | undefined>), ...(cookies && { 'set-cookie': cookies.join(', ') }) };
}

function plainHeaders(headers: OutgoingHttpHeaders): Record<string, string | undefined> {
  const plain: Record<string, string | undefined> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) plain[name.toLowerCase()] = Array.isArray(value) ? value.join(', ') : String(value);
  }
  return plain;
}
