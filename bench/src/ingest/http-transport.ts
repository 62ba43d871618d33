import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { Lane, Transport } from './lane.ts';

/** OTLP/HTTP with a socket a lane, kept alive: the bytes of a request are made in advance and written at once. */
export const httpTransport: Transport = {
  headOf: (bodyLength, gzip) =>
    Buffer.from(
      [
        'POST /v1/traces HTTP/1.1',
        'host: 127.0.0.1',
        'content-type: application/x-protobuf',
        ...(gzip ? ['content-encoding: gzip'] : []),
        `content-length: ${bodyLength}`,
        '\r\n',
      ].join('\r\n'),
    ),
  async open(port, count) {
    const lanes = Array.from({ length: count }, () => new HttpLane(port));
    await Promise.all(lanes.map(lane => lane.connected()));
    return {
      lanes,
      close: () => {
        for (const lane of lanes) lane.close();
      },
    };
  },
};

class HttpLane implements Lane {
  readonly #port: number;
  #socket: Socket;
  #received = '';
  #answered: ((acknowledged: boolean) => void) | null = null;

  constructor(port: number) {
    this.#port = port;
    this.#socket = this.#connect();
  }

  async connected(): Promise<void> {
    await once(this.#socket, 'connect');
  }

  /** A socket that the receiver closed while nothing was under way is opened again, as exporters do. */
  send(request: Buffer, answered: (acknowledged: boolean) => void): void {
    if (this.#socket.destroyed) this.#socket = this.#connect();
    this.#answered = answered;
    this.#received = '';
    this.#socket.write(request);
  }

  close(): void {
    this.#answered = null;
    this.#socket.destroy();
  }

  #connect(): Socket {
    const socket = connect({ host: '127.0.0.1', port: this.#port, noDelay: true });
    socket.on('data', (chunk: Buffer) => this.#read(chunk));
    socket.on('error', () => socket.destroy());
    socket.on('end', () => socket.destroy());
    socket.on('close', () => {
      if (socket === this.#socket) this.#tell(false);
    });
    return socket;
  }

  #read(chunk: Buffer): void {
    this.#received += chunk.toString('latin1');
    const headEnd = this.#received.indexOf('\r\n\r\n');
    if (headEnd === -1) return;
    const bodyLength = Number(/\r\ncontent-length: (\d+)/i.exec(this.#received)?.[1] ?? 0);
    if (this.#received.length < headEnd + 4 + bodyLength) return;
    this.#tell(this.#received.startsWith('HTTP/1.1 200 '));
  }

  #tell(acknowledged: boolean): void {
    const answered = this.#answered;
    this.#answered = null;
    answered?.(acknowledged);
  }
}
