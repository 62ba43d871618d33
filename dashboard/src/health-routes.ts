import type { Store } from '@closewatch/collector';
import { Router } from 'express';
import type { Logger } from 'pino';
import { RequestProblem } from './problem.ts';

/** `/healthz`: the process answers. `/readyz`: the store does too, so that a load balancer may send pages here. */
export function healthRoutes(store: Store, logger: Logger): Router {
  const router = Router();
  router.get('/healthz', (_request, response) => {
    response.json({ status: 'ok' });
  });
  router.get('/readyz', async (_request, response) => {
    await store.readVerdicts({ limit: 1 }).catch(error => {
      logger.warn({ err: error }, 'not ready: the store does not answer');
      throw new RequestProblem(503, 'not_ready', 'The store does not answer; the log says why.');
    });
    response.json({ status: 'ready' });
  });
  return router;
}
