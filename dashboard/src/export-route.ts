import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { otlpLinesFromEvents, type Store } from '@closewatch/collector';
import { Router } from 'express';
import { checkSpan, oneOf, readQuery, time } from './query.ts';

/** Rows read at a time: about 6 MB of text, so an export of any length runs in bounded memory. */
const ROWS_A_PAGE = 5_000;

const CONTENT_TYPES = {
  otlp: 'application/x-ndjson',
  parquet: 'application/vnd.apache.parquet',
  csv: 'text/csv',
  json: 'application/x-ndjson',
} as const;

const EXPORT_QUERY = { format: oneOf(['otlp', 'parquet', 'csv', 'json']), from: time, to: time };

/**
 * `/export?format=otlp`: every stored event whose time lies in from..to, in stored order, as OTLP JSON lines
 * (one ExportTraceServiceRequest a line), the form that `closewatch replay` reads. `parquet` (which it reads too), `csv` and `json` have a column a field, and
 * are made whole before they are sent. It waits for a slow reader, and a
 * failure on the way cuts the body off, so that a part is never taken for the whole.
 */
export function exportRoute(store: Store): Router {
  const router = Router();
  router.get('/export', async (request, response) => {
    const query = readQuery(request.query, EXPORT_QUERY);
    const { from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY } = query;
    if (query.from !== undefined && query.to !== undefined) checkSpan(from, to);
    const { format = 'otlp' } = query;
    response.status(200).type(CONTENT_TYPES[format]);
    // Both ends belong to the range, and a window's end does not: times are kept in microseconds.
    const exported =
      format === 'otlp' ? exportedLines(store, from, to) : store.exportEvents({ from, to: to + 0.001, format });
    await pipeline(Readable.from(exported), response).catch(error => {
      if (error.code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error; // The reader left: nothing is wrong here.
    });
  });
  return router;
}

async function* exportedLines(store: Store, from: number, to: number): AsyncGenerator<string> {
  for (let sequence = 0; ; ) {
    const page = await store.readEventsAfter(sequence, ROWS_A_PAGE);
    if (page.events.length === 0) return;
    sequence = page.sequence;
    const wanted = page.events.filter(event => event.time >= from && event.time <= to);
    for (const line of otlpLinesFromEvents(wanted)) yield `${line}\n`;
  }
}
