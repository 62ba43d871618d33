import type { Attributes } from '@opentelemetry/api';
import {
  ATTR_CLIENT_ID,
  ATTR_CLIENT_NAME,
  ATTR_CLIENT_VERSION,
  ATTR_NETWORK_PROTOCOL_NAME,
  ATTR_ROLE,
  ATTR_SERVER_ADDRESS,
  ATTR_SERVER_PORT,
  ATTR_URL_PATH,
  ATTR_URL_SCHEME,
  ATTR_URL_TEMPLATE,
  ATTR_USER_AGENT,
} from './attributes.ts';
import type { ClientIdentity, UpgradeRequest } from './options.ts';

const DEFAULT_PORTS: Readonly<Record<string, number>> = { ws: 80, wss: 443 };

/**
 * What an upgrade request says about a connection, as span attributes: endpoint and identity. The query string is left
 * out. A hook's answer comes before the headers `x-client-name`, `x-client-version` and `x-client-id`.
 */
export function connectionAttributes(
  request: UpgradeRequest,
  identity: ClientIdentity | undefined,
  urlTemplate: string | undefined,
): Attributes {
  const { url, headers } = request;
  const scheme = url.protocol.slice(0, -1);
  const attributes: Attributes = {
    [ATTR_ROLE]: request.role,
    [ATTR_NETWORK_PROTOCOL_NAME]: 'websocket',
    [ATTR_SERVER_ADDRESS]: url.hostname.replace(/^\[(.*)\]$/, '$1'), // an IPv6 address stands in brackets
    [ATTR_SERVER_PORT]: url.port === '' ? DEFAULT_PORTS[scheme] : Number(url.port),
    [ATTR_URL_SCHEME]: scheme,
    [ATTR_URL_PATH]: url.pathname,
    [ATTR_URL_TEMPLATE]: urlTemplate,
    [ATTR_USER_AGENT]: request.role === 'server' ? headers['user-agent'] : undefined,
    [ATTR_CLIENT_NAME]: identity?.name ?? headers['x-client-name'],
    [ATTR_CLIENT_VERSION]: identity?.version ?? headers['x-client-version'],
    [ATTR_CLIENT_ID]: identity?.id ?? headers['x-client-id'],
  };
  for (const name of Object.keys(attributes)) if (attributes[name] === undefined) delete attributes[name];
  return attributes;
}

/** What a client's next connection has in common with this one: scheme, host, path and requested subprotocols. */
export function endpointOf(request: UpgradeRequest): string {
  const { protocol, host, pathname } = request.url;
  return `${protocol}//${host}${pathname} ${request.headers['sec-websocket-protocol'] ?? ''}`;
}
