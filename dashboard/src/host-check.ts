import type { RequestHandler } from 'express';
import { RequestProblem } from './problem.ts';

const LOOPBACK_NAMES = ['localhost', '127.0.0.1', '[::1]'];

/** True for a host to listen on that only this machine reaches. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);
}

/**
 * Refuses requests whose Host header is no name of this machine. While the server listens on loopback alone, this keeps
 * web pages from reading it by DNS rebinding: the browser would send the page's own name.
 */
export const loopbackHostOnly: RequestHandler = (request, _response, next) => {
  const got = request.headers.host ?? '';
  const name = got.replace(/:\d+$/, '').toLowerCase();
  if (LOOPBACK_NAMES.includes(name) || isLoopback(name)) return next();
  const words = { got, expected: LOOPBACK_NAMES.join(', ') };
  throw new RequestProblem(421, 'bad_host', 'This server answers only as the local host.', words);
};
