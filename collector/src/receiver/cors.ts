import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';
import type { AccessControl } from './access/access-control.ts';
import { Refusal } from './refusal.ts';

/** Seconds that a browser may remember a preflight: as long as Chromium does at most. */
const MAX_AGE_S = '7200';

/** Headers that an exporter in a page sets; others a page has no reason to send. */
const ALLOWED_HEADERS = 'authorization, content-type, content-encoding';

/** True for what a browser asks before a page's request. Source: https://fetch.spec.whatwg.org/#cors-preflight-request */
export function isPreflight(method: string | undefined, headers: IncomingHttpHeaders): boolean {
  return method === 'OPTIONS' && headers.origin !== undefined && 'access-control-request-method' in headers;
}

/**
 * What lets a page of an allowed origin read the answer. Never a wildcard, and never with credentials: tokens are sent by the page's
 * own code. Source: https://fetch.spec.whatwg.org/#http-responses
 */
export function corsHeaders({ origin }: IncomingHttpHeaders, access: AccessControl): OutgoingHttpHeaders {
  if (!access.hasOrigins) return {};
  const vary = { vary: 'origin' };
  if (origin === undefined || !access.allowsOrigin(origin)) return vary;
  return { ...vary, 'access-control-allow-origin': origin, 'access-control-expose-headers': 'retry-after' };
}

/** The answer to a preflight. Throws Refusal (403) for an origin that is not allowed. */
export function preflightHeaders(headers: IncomingHttpHeaders, access: AccessControl): OutgoingHttpHeaders {
  const origin = headers.origin as string;
  if (!access.allowsOrigin(origin)) throw Refusal.foreignOrigin(origin.slice(0, 100));
  return {
    ...corsHeaders(headers, access),
    'access-control-allow-methods': 'POST',
    'access-control-allow-headers': ALLOWED_HEADERS,
    'access-control-max-age': MAX_AGE_S,
  };
}
