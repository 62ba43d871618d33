import type { ErrorRequestHandler, Request, RequestHandler, Response } from 'express';
import type { Logger } from 'pino';

/** The stable codes of the problems that this API answers with. */
export type ProblemCode =
  | 'bad_query'
  | 'bad_host'
  | 'not_found'
  | 'method_not_allowed'
  | 'too_many_streams'
  | 'not_ready'
  | 'internal';

const TITLES: Record<ProblemCode, string> = {
  bad_query: 'The query has a key or a value that is not understood',
  bad_host: 'The Host header names another host',
  not_found: 'There is nothing here',
  method_not_allowed: 'The method is not supported here',
  too_many_streams: 'Too many live streams are open',
  not_ready: 'The store does not answer',
  internal: 'The request failed',
};

/** A request that is refused; it becomes an RFC 9457 problem document. `got` and `expected` are for people. */
export class RequestProblem extends Error {
  readonly status: number;
  readonly code: ProblemCode;
  readonly got: string | undefined;
  readonly expected: string | undefined;

  constructor(status: number, code: ProblemCode, detail: string, words: { got?: string; expected?: string } = {}) {
    super(detail);
    this.name = 'RequestProblem';
    this.status = status;
    this.code = code;
    this.got = words.got;
    this.expected = words.expected;
  }
}

/** Answers with the problem document (RFC 9457, section 3); `code`, `got` and `expected` are extension members. */
function sendProblem(request: Request, response: Response, problem: RequestProblem): void {
  response.status(problem.status).type('application/problem+json');
  response.send(
    JSON.stringify({
      type: 'about:blank',
      title: TITLES[problem.code],
      status: problem.status,
      detail: problem.message,
      instance: request.originalUrl,
      code: problem.code,
      got: problem.got,
      expected: problem.expected,
    }),
  );
}

/** The last handler of the API: no route matched. */
export const nothingHere: RequestHandler = (request, response) => {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.set('allow', 'GET, HEAD');
    const words = { got: request.method, expected: 'GET' };
    sendProblem(request, response, new RequestProblem(405, 'method_not_allowed', 'This API is read-only.', words));
    return;
  }
  sendProblem(request, response, new RequestProblem(404, 'not_found', `Nothing is served at ${request.path}.`));
};

/** Translates every error of a handler, once, at the edge. What is not a `RequestProblem` is logged, and told as a 500. */
export function problemHandler(logger: Logger): ErrorRequestHandler {
  return (error, request, response, next) => {
    if (response.headersSent) {
      logger.warn({ err: error, path: request.path }, 'a response broke off');
      next(error); // Express closes the connection: the client sees a cut body and not a whole one.
      return;
    }
    if (error instanceof RequestProblem) {
      sendProblem(request, response, error);
      return;
    }
    if (error instanceof URIError) {
      const words = { got: request.originalUrl, expected: 'percent-encoded UTF-8' };
      sendProblem(request, response, new RequestProblem(400, 'bad_query', 'The address can not be decoded.', words));
      return;
    }
    logger.error({ err: error, path: request.path }, 'a request failed');
    sendProblem(request, response, new RequestProblem(500, 'internal', 'The server failed; its log says why.'));
  };
}
