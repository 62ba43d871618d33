// A client that comes back by itself, says who it is, and waits a random time before it does.
import ReconnectingWebSocket from 'reconnecting-websocket';
import { WebSocket } from 'ws';
import { shutdown } from './telemetry.js';

/** Three headers with every upgrade; the server's spans and the verdicts name what they find there. */
class NamedWebSocket extends WebSocket {
  constructor(url, protocols) {
    super(url, protocols, {
      headers: {
        'x-client-name': 'example',
        'x-client-version': '5.2.0',
        'x-client-id': process.env.CLIENT_ID ?? 'install-1', // stable and pseudonymous: one for each installation
      },
    });
  }
}

const least = Number(process.env.RECONNECT_MS ?? 1000);
const client = new ReconnectingWebSocket(process.env.URL ?? 'ws://127.0.0.1:8081/rooms/7', [], {
  WebSocket: NamedWebSocket,
  minReconnectionDelay: least, // 1 to 5 s, so that a fleet does not come back all at once
  maxReconnectionDelay: 5 * least,
});

client.addEventListener('open', () => {
  process.stdout.write('open\n');
  client.send('hello');
});
client.addEventListener('close', event => process.stdout.write(`close ${event.code}\n`));

process.once('SIGTERM', () => {
  client.addEventListener('close', shutdown);
  client.close(1000);
});
