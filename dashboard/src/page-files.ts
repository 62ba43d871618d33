import { existsSync } from 'node:fs';
import { join } from 'node:path';
import express, { Router } from 'express';

/** Where `npm run build:page` puts the page. */
export const PAGE_FOLDER = join(import.meta.dirname, '../web/dist');

const NOT_BUILT = `The page is not built yet.

  npm run build:page     builds it once
  npm start              builds it, and starts the server

The API under /api/v1 works meanwhile.
`;

/**
 * Serves the built page from `folder`. Vite puts a hash of the content into the names under assets/, so these are kept by
 * browsers for a year; index.html is asked for again each time. Without a built page, a text says how to build it.
 */
export function pageFiles(folder: string): Router {
  const router = Router();
  router.use('/assets', express.static(join(folder, 'assets'), { immutable: true, maxAge: '1y', index: false }));
  router.use(express.static(folder, { setHeaders: response => response.set('cache-control', 'no-cache') }));
  router.get('/', (_request, response, next) => {
    if (existsSync(join(folder, 'index.html'))) return next();
    response.status(503).type('text/plain').send(NOT_BUILT);
  });
  return router;
}
