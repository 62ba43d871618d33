import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** One request as the receiver got it. */
export interface Received {
  headers: IncomingHttpHeaders;
  body: string;
}

/** A webhook receiver on loopback that answers as `answer` says and keeps what it got. */
export class Receiver {
  readonly received: Received[] = [];
  /** The most requests that were under way at the same time. */
  mostAtOnce = 0;
  #atOnce = 0;
  #server: Server;
  #waiting: { count: number; resolve: () => void }[] = [];

  constructor(answer: (response: ServerResponse, request: Received, index: number) => void | Promise<void>) {
    this.#server = createServer(async (request, response) => {
      this.#atOnce += 1;
      this.mostAtOnce = Math.max(this.mostAtOnce, this.#atOnce);
      response.on('close', () => {
        this.#atOnce -= 1;
      });
      const got = { headers: request.headers, body: await text(request) };
      this.received.push(got);
      for (const waiting of this.#waiting) if (this.received.length >= waiting.count) waiting.resolve();
      await answer(response, got, this.received.length - 1);
    });
  }

  /** Listens on the port, or on any; resolves to its URL. */
  async listen(port = 0): Promise<string> {
    this.#server.listen(port, '127.0.0.1');
    await once(this.#server, 'listening');
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/hook`;
  }

  /** Resolves once so many requests have come. */
  async got(count: number): Promise<void> {
    if (this.received.length >= count) return;
    await new Promise<void>(resolve => this.#waiting.push({ count, resolve }));
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    if (this.#server.listening) await new Promise(resolve => this.#server.close(resolve));
  }
}
