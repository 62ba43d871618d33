/** So many WebSocket clients, each a bare socket that has made its handshake and waits. Arguments: the server's port, how many. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';

/** Handshakes under way at a time. */
const AT_ONCE = 50;

const [port, count] = process.argv.slice(2).map(Number) as [number, number];
let next = 0;

async function join(): Promise<void> {
  while (next < count) {
    const id = next++;
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => {}); // the server resets it at the end
    socket.write(
      [
        'GET /chat HTTP/1.1',
        'Host: 127.0.0.1',
        'Connection: Upgrade',
        'Upgrade: websocket',
        'Sec-WebSocket-Version: 13',
        `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
        `x-client-id: client-${id}`,
        '\r\n',
      ].join('\r\n'),
    );
    await once(socket, 'data');
  }
}

await Promise.all(Array.from({ length: AT_ONCE }, join));
