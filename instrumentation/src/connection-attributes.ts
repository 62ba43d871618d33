import type { Attributes } from '@opentelemetry/api';
import {
  ATTR_NETWORK_PROTOCOL_NAME,
  ATTR_ROLE,
  ATTR_SERVER_ADDRESS,
  ATTR_SERVER_PORT,
  ATTR_SESSION_ID,
  ATTR_SESSION_PREVIOUS_ID,
  ATTR_URL_PATH,
  ATTR_URL_SCHEME,
  ATTR_URL_TEMPLATE,
  ATTR_USER_AGENT,
} from './attributes.ts';
import type { Guard } from './guard.ts';
import { clientFromQuery } from './identity/client-from-query.ts';
import { attributesFromIdentities } from './identity/client-identity.ts';
import type { UpgradeRequest, WebSocketInstrumentationConfig } from './options.ts';

const DEFAULT_PORTS: Readonly<Record<string, number>> = { ws: 80, wss: 443 };

/**
 * What an upgrade request says about a connection, as span attributes: endpoint, identity and session. The query string is
 * left out. A hook's answer comes before the headers `x-client-name`, `x-client-version` and `x-client-id`, and these
 * before the query parameters that the configuration names.
 */
export function connectionAttributes(
  request: UpgradeRequest,
  config: WebSocketInstrumentationConfig,
  guard: Guard,
): Attributes {
  const { url, headers } = request;
  const { clientFromQuery: allowed } = config;
  const session = guard.run('identifySession', () => config.identifySession?.(request));
  const scheme = url.protocol.slice(0, -1);
  return definedOnly({
    [ATTR_ROLE]: request.role,
    [ATTR_NETWORK_PROTOCOL_NAME]: 'websocket',
    [ATTR_SERVER_ADDRESS]: url.hostname.replace(/^\[(.*)\]$/, '$1'), // an IPv6 address stands in brackets
    [ATTR_SERVER_PORT]: url.port === '' ? DEFAULT_PORTS[scheme] : Number(url.port),
    [ATTR_URL_SCHEME]: scheme,
    [ATTR_URL_PATH]: url.pathname,
    [ATTR_URL_TEMPLATE]: guard.run('urlTemplate', () => config.urlTemplate?.(request)),
    [ATTR_USER_AGENT]: request.role === 'server' ? headers['user-agent'] : undefined,
    ...attributesFromIdentities(
      guard.run('identifyClient', () => config.identifyClient?.(request)),
      { name: headers['x-client-name'], version: headers['x-client-version'], id: headers['x-client-id'] },
      allowed && guard.run('clientFromQuery', () => clientFromQuery(url, allowed)),
    ),
    [ATTR_SESSION_ID]: session?.id,
    [ATTR_SESSION_PREVIOUS_ID]: session?.previousId,
  });
}

/** A copy, as it is kept for as long as the connection: V8 makes a dictionary of six times the size of what properties are deleted from. */
function definedOnly(attributes: Attributes): Attributes {
  const defined: Attributes = {};
  for (const name in attributes) if (attributes[name] !== undefined) defined[name] = attributes[name];
  return defined;
}

/** What a client's next connection has in common with this one: scheme, host, path and requested subprotocols. */
export function endpointOf(request: UpgradeRequest): string {
  const { protocol, host, pathname } = request.url;
  return `${protocol}//${host}${pathname} ${request.headers['sec-websocket-protocol'] ?? ''}`;
}
