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
} from '../attributes.ts';
import type { PageClient } from './options.ts';

/**
 * What a page knows about a connection, as span attributes: endpoint and identity. The query string is left out. What is not known is
 * undefined, which OpenTelemetry does not record.
 */
export function pageAttributes(
  { protocol, hostname, port, pathname }: URL,
  client: PageClient | undefined,
  urlTemplate: string | undefined,
): Attributes {
  return {
    [ATTR_ROLE]: 'client',
    [ATTR_NETWORK_PROTOCOL_NAME]: 'websocket',
    [ATTR_SERVER_ADDRESS]: hostname.replace(/[[\]]/g, ''), // an IPv6 address stands in brackets
    [ATTR_SERVER_PORT]: Number(port) || (protocol === 'wss:' ? 443 : 80),
    [ATTR_URL_SCHEME]: protocol.slice(0, -1),
    [ATTR_URL_PATH]: pathname,
    [ATTR_URL_TEMPLATE]: urlTemplate,
    [ATTR_CLIENT_NAME]: client?.name,
    [ATTR_CLIENT_VERSION]: client?.version,
    [ATTR_CLIENT_ID]: client?.id,
  };
}
