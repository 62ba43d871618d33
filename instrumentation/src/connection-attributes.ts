import type { Attributes, AttributeValue } from '@opentelemetry/api';
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
import { setIdentity } from './identity/client-identity.ts';
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
  const session = config.identifySession && guard.run('identifySession', () => config.identifySession?.(request));
  const scheme = url.protocol.slice(0, -1);
  const attributes: Attributes = {
    [ATTR_ROLE]: request.role,
    [ATTR_NETWORK_PROTOCOL_NAME]: 'websocket',
    [ATTR_SERVER_ADDRESS]: withoutBrackets(url.hostname),
    [ATTR_URL_SCHEME]: scheme,
    [ATTR_URL_PATH]: url.pathname,
  };
  // Set one by one where they are known: an object that holds undefined would have to be copied without it.
  set(attributes, ATTR_SERVER_PORT, url.port === '' ? DEFAULT_PORTS[scheme] : Number(url.port));
  if (config.urlTemplate) {
    set(
      attributes,
      ATTR_URL_TEMPLATE,
      guard.run('urlTemplate', () => config.urlTemplate?.(request)),
    );
  }
  if (request.role === 'server') set(attributes, ATTR_USER_AGENT, headers['user-agent']);
  setIdentity(
    attributes,
    config.identifyClient && guard.run('identifyClient', () => config.identifyClient?.(request)),
    { name: headers['x-client-name'], version: headers['x-client-version'], id: headers['x-client-id'] },
    allowed && guard.run('clientFromQuery', () => clientFromQuery(url, allowed)),
  );
  set(attributes, ATTR_SESSION_ID, session?.id);
  set(attributes, ATTR_SESSION_PREVIOUS_ID, session?.previousId);
  return attributes;
}

function set(attributes: Attributes, name: string, value: AttributeValue | undefined): void {
  if (value !== undefined) attributes[name] = value;
}

/** An IPv6 address stands in brackets in a URL. */
function withoutBrackets(hostname: string): string {
  return hostname.startsWith('[') ? hostname.slice(1, -1) : hostname;
}

/** What a client's next connection has in common with this one: scheme, host, path and requested subprotocols. */
export function endpointOf(request: UpgradeRequest): string {
  const { protocol, host, pathname } = request.url;
  return `${protocol}//${host}${pathname} ${request.headers['sec-websocket-protocol'] ?? ''}`;
}
