import { Router } from 'express';

/** Metrics of the process, as prom-client's Registry gives them. */
export interface MetricsSource {
  contentType: string;
  metrics(): Promise<string>;
}

/** `/metrics`, in Prometheus' text format. Source: https://prometheus.io/docs/instrumenting/exposition_formats/ */
export function metricsRoute(source: MetricsSource): Router {
  const router = Router();
  router.get('/metrics', async (_request, response) => {
    const text = await source.metrics();
    response.set('cache-control', 'no-store').set('content-type', source.contentType).send(text);
  });
  return router;
}
