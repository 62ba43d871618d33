// An echo server that says 1012 to its clients when it is restarted. Nothing in it knows of telemetry but the last line.
import { WebSocketServer } from 'ws';
import { shutdown } from './telemetry.js';

const wss = new WebSocketServer({ host: '127.0.0.1', port: Number(process.env.PORT ?? 8081) });

wss.on('listening', () => process.stdout.write(`listening on ${wss.address().port}\n`));
wss.on('connection', socket => {
  socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
  socket.on('error', () => socket.terminate());
});

process.once('SIGTERM', async () => {
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
