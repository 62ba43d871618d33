/**
 * A plain pipeline, as one would write it in an afternoon and write it well: Node's HTTP server, protobufjs, an object a row, the row appender
 * of DuckDB's client, requests grouped into commits and answered after them. It neither looks for duplicates nor bounds what it holds.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { gunzip as gunzipCallback } from 'node:zlib';
import { answerQuestions, usage } from './asked-process.ts';
import type { Ports } from './collector-process.ts';
import { closeEvents } from './event-rows.ts';
import { fieldsByAttribute, type PlainRow, plainRows } from './plain-rows.ts';
import { PlainTable } from './plain-table.ts';

/** The same grouping as the collector's. */
const GROUP_ROWS = 10_000;
const GROUP_MS = 100;

const gunzip = promisify(gunzipCallback);
const event = closeEvents(1)[0]!;
const fieldOf = fieldsByAttribute(event);
const server = createServer((request, response) => handle(request, response));
let table: PlainTable;
let waiting: { rows: PlainRow[]; response: ServerResponse }[] = [];
let waitingRows = 0;
let committing = false;

answerQuestions({
  async start(folder: string): Promise<Ports> {
    table = await PlainTable.open(join(folder, 'plain.duckdb'), event);
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    return { http: (server.address() as AddressInfo).port, grpc: null };
  },
  usage,
  finish() {
    server.close();
    return table.count();
  },
});

async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const sent = await buffer(request);
  const body = request.headers['content-encoding'] === 'gzip' ? await gunzip(sent) : sent;
  const rows = plainRows(body, fieldOf);
  waiting.push({ rows, response });
  waitingRows += rows.length;
  if (waitingRows >= GROUP_ROWS) commit();
  else if (waiting.length === 1) setTimeout(commit, GROUP_MS);
}

async function commit(): Promise<void> {
  if (committing || waiting.length === 0) return;
  committing = true;
  const group = waiting;
  waiting = [];
  waitingRows = 0;
  await table.append(group.flatMap(({ rows }) => rows));
  for (const { response } of group)
    response.writeHead(200, { 'content-type': 'application/x-protobuf', 'content-length': 0 }).end();
  committing = false;
  if (waiting.length > 0) setTimeout(commit, waitingRows >= GROUP_ROWS ? 0 : GROUP_MS);
}
