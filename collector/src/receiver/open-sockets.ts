import type { Server, Socket } from 'node:net';

/** The sockets that a server has open. */
export class OpenSockets {
  readonly #open = new Set<Socket>();

  constructor(server: Server) {
    server.on('connection', (socket: Socket) => {
      this.#open.add(socket);
      socket.once('close', () => this.#open.delete(socket));
    });
  }

  get count(): number {
    return this.#open.size;
  }

  /** Closes those on which nothing ever came: a server that ends would wait for them as for a request under way. */
  destroyUnused(): void {
    for (const socket of this.#open) if (socket.bytesRead === 0) socket.destroy();
  }
}
