import { once } from 'node:events';
import { otlpLinesFromEvents, type Store } from '@closewatch/collector';
import { Router } from 'express';
import { checkSpan, oneOf, readQuery, time } from './query.ts';

/** Rows read at a time: about 3 MB of text, so an export of any length runs in bounded memory. */
const ROWS_A_PAGE = 5_000;

const EXPORT_QUERY = { format: oneOf(['otlp']), from: time, to: time };

/**
 * `/export?format=otlp`: every stored event whose time lies in from..to, in stored order, as OTLP JSON lines
 * (one ExportTraceServiceRequest a line), the form that `closewatch replay` reads. It waits for a slow reader.
 */
export function exportRoute(store: Store): Router {
  const router = Router();
  router.get('/export', async (request, response) => {
    const query = readQuery(request.query, EXPORT_QUERY);
    const { from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY } = query;
    if (query.from !== undefined && query.to !== undefined) checkSpan(from, to);
    response.status(200).type('application/x-ndjson');
    for (let sequence = 0; !response.destroyed; ) {
      const page = await store.readEventsAfter(sequence, ROWS_A_PAGE);
      if (page.events.length === 0) break;
      sequence = page.sequence;
      const wanted = page.events.filter(event => event.time >= from && event.time <= to);
      for (const line of otlpLinesFromEvents(wanted)) await writeLine(response, line);
    }
    response.end();
  });
  return router;
}

async function writeLine(response: NodeJS.WritableStream & { destroyed: boolean }, line: string): Promise<void> {
  if (response.write(line.endsWith('\n') ? line : `${line}\n`) || response.destroyed) return;
  await Promise.race([once(response, 'drain'), once(response, 'close')]);
}
