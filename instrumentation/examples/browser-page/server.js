// Serves the built page and its WebSocket, and passes the page's spans on to Closewatch.
// Build first: npx vite build instrumentation/examples/browser-page
import { createReadStream, existsSync } from 'node:fs';
import { createServer, request as httpRequest } from 'node:http';
import { join, normalize } from 'node:path';
import { WebSocketServer } from 'ws';

const PAGE = join(import.meta.dirname, 'dist');
const CLOSEWATCH = new URL('/v1/traces', process.env.OTEL_EXPORTER_OTLP_ENDPOINT ?? 'http://127.0.0.1:4318');
const TYPES = { '.html': 'text/html', '.js': 'text/javascript' };

const http = createServer((request, response) => {
  const { pathname } = new URL(request.url, 'http://page');
  if (pathname === '/v1/traces') passOn(request, response);
  else serveFile(normalize(pathname === '/' ? '/index.html' : pathname), response);
});

function serveFile(path, response) {
  const file = join(PAGE, path);
  const type = TYPES[path.slice(path.lastIndexOf('.'))];
  if (!type || !existsSync(file)) return response.writeHead(404).end();
  response.setHeader('content-type', type);
  createReadStream(file).pipe(response);
}

function passOn(request, response) {
  const { 'content-type': type, 'content-encoding': encoding = 'identity' } = request.headers;
  const headers = { 'content-type': type, 'content-encoding': encoding };
  const passed = httpRequest(CLOSEWATCH, { method: request.method, headers }, answer => {
    response.writeHead(answer.statusCode, { 'content-type': answer.headers['content-type'] });
    answer.pipe(response);
  });
  passed.on('error', () => response.writeHead(502).end()); // the exporter sends it again
  request.pipe(passed);
}

const wss = new WebSocketServer({ server: http });
wss.on('connection', socket => socket.on('error', () => socket.terminate()));
http.listen(Number(process.env.PORT ?? 8082), '127.0.0.1', () => {
  process.stdout.write(`listening on ${http.address().port}\n`);
});

process.once('SIGUSR2', () => {
  for (const client of wss.clients) client.close(1012, 'restart');
});
process.once('SIGTERM', () => {
  for (const client of wss.clients) client.terminate();
  http.close();
  http.closeAllConnections();
});
