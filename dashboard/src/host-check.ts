import { isAllowedHost } from '@closewatch/collector';
import type { RequestHandler } from 'express';
import { RequestProblem } from './problem.ts';

/**
 * Refuses requests whose Host header is no name of this server: a web page could read it by DNS rebinding, for which the
 * browser sends the page's own name.
 */
export function allowedHostsOnly(names: readonly string[]): RequestHandler {
  return (request, _response, next) => {
    const got = request.headers.host;
    if (isAllowedHost(got, names)) return next();
    const words = { got: got ?? '', expected: ['localhost', 'an address', ...names].join(', ') };
    throw new RequestProblem(403, 'bad_host', 'This server does not answer under that name: see allowed_hosts.', words);
  };
}
