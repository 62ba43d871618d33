import { once } from 'node:events';
import { WebSocket } from 'ws';

/** Messages under way on a connection: enough that the server never waits. */
const WINDOW = 64;
/** Connections that are opened and closed at once. */
const AT_ONCE = 20;

/** Sends `count` text messages of `size` bytes over one connection, and waits for every echo. */
export async function echo(port: number, count: number, size: number): Promise<void> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}`, { perMessageDeflate: false });
  await once(socket, 'open');
  const text = 'x'.repeat(size);
  let sent = 0;
  let back = 0;
  const done = new Promise<void>(resolve => {
    socket.on('message', () => {
      back += 1;
      if (sent < count) send();
      if (back === count) resolve();
    });
  });
  const send = () => {
    sent += 1;
    socket.send(text);
  };
  for (let i = 0; i < Math.min(WINDOW, count); i++) send();
  await done;
  socket.close();
  await once(socket, 'close');
}

/** Opens and closes `count` connections. */
export async function connectAndClose(port: number, count: number): Promise<void> {
  let left = count;
  const one = async () => {
    while (left-- > 0) {
      const socket = new WebSocket(`ws://127.0.0.1:${port}`, { perMessageDeflate: false });
      await once(socket, 'open');
      socket.close(1000);
      await once(socket, 'close');
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, one));
}
