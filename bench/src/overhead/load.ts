import { once } from 'node:events';
import { WebSocket } from 'ws';

/** Messages under way on a connection: enough that the server never waits. */
const WINDOW = 64;
/** Connections that are opened, or closed, at once. */
const AT_ONCE = 20;

/** A client that has text messages echoed over one connection, which stays open between its runs. */
export class EchoClient {
  readonly #socket: WebSocket;
  readonly #text: string;

  private constructor(socket: WebSocket, size: number) {
    this.#socket = socket;
    this.#text = 'x'.repeat(size);
  }

  /** `size` is the message's, in bytes. */
  static async connect(port: number, size: number): Promise<EchoClient> {
    return new EchoClient(await open(port), size);
  }

  /** Sends `count` messages, and waits for every echo. */
  run(count: number): Promise<void> {
    let sent = 0;
    let back = 0;
    const send = () => {
      sent += 1;
      this.#socket.send(this.#text);
    };
    return new Promise(resolve => {
      const onMessage = () => {
        back += 1;
        if (sent < count) send();
        if (back < count) return;
        this.#socket.off('message', onMessage);
        resolve();
      };
      this.#socket.on('message', onMessage);
      for (let i = 0; i < Math.min(WINDOW, count); i++) send();
    });
  }

  close(): Promise<void> {
    return close(this.#socket);
  }
}

/** Opens and closes `count` connections, each with code 1000. */
export async function connectAndClose(port: number, count: number): Promise<void> {
  await inParallel(count, async () => close(await open(port)));
}

/** Opens `count` connections, and gives what closes them all. */
export async function holdOpen(port: number, count: number): Promise<() => Promise<void>> {
  const sockets: WebSocket[] = [];
  await inParallel(count, async () => {
    sockets.push(await open(port));
  });
  return () =>
    inParallel(count, async () => {
      await close(sockets.pop()!);
    });
}

async function inParallel(count: number, work: () => Promise<void>): Promise<void> {
  let left = count;
  const worker = async () => {
    while (left-- > 0) await work();
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

async function open(port: number): Promise<WebSocket> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}`, { perMessageDeflate: false });
  await once(socket, 'open');
  return socket;
}

async function close(socket: WebSocket): Promise<void> {
  socket.close(1000);
  await once(socket, 'close');
}
