import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { VerdictEvent } from '@closewatch/analyzer';
import { Webhook } from 'standardwebhooks';

/** Somebody's pager, played by a small HTTP server: it takes messages whose signature is right. */
export interface PageReceiver {
  url: string;
  secret: string;
  /** Accepted messages, in order. */
  received: readonly VerdictEvent[];
  /** Their `webhook-id`s, by which a receiver knows one that it has had. */
  ids: readonly string[];
  stop(): Promise<void>;
}

export async function startPageReceiver(onPage: (event: VerdictEvent) => void): Promise<PageReceiver> {
  const secret = `whsec_${randomBytes(24).toString('base64')}`;
  const webhook = new Webhook(secret);
  const received: VerdictEvent[] = [];
  const ids: string[] = [];
  const server = createServer(async (request, response) => {
    try {
      const event = webhook.verify(await textOf(request), request.headers as Record<string, string>) as VerdictEvent;
      received.push(event);
      ids.push(String(request.headers['webhook-id']));
      response.writeHead(204).end();
      onPage(event);
    } catch {
      response.writeHead(401).end(); // not signed by us, or cut off
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/page`,
    secret,
    received,
    ids,
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
