// The same echo server as in ../ws-server-esm, in CommonJS and on a server of Node's own.
const { createServer } = require('node:http');
const { WebSocketServer } = require('ws');
const { shutdown } = require('./telemetry.cjs');

const http = createServer((_request, response) => response.writeHead(426).end());
const wss = new WebSocketServer({ server: http });

wss.on('connection', socket => {
  socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
  socket.on('error', () => socket.terminate());
});
http.listen(Number(process.env.PORT ?? 8081), '127.0.0.1', () => {
  process.stdout.write(`listening on ${http.address().port}\n`);
});

process.once('SIGTERM', async () => {
  http.close();
  wss.close();
  await Promise.all([...wss.clients].map(sayRestart));
  await shutdown(); // after the last `close` event: what is told later is lost
});

function sayRestart(client) {
  return new Promise(closed => {
    client.once('close', closed);
    client.close(1012, 'restart');
  });
}
