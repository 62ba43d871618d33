import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { type ClientOptions, type ServerOptions, WebSocket, WebSocketServer } from 'ws';

/** A real server on loopback with one connection. */
export interface SocketPair {
  wss: WebSocketServer;
  url: string;
  /** The client's end. */
  client: WebSocket;
  /** The server's end. */
  server: WebSocket;
}

const servers: WebSocketServer[] = [];
const clients: WebSocket[] = [];

/** A server that listens on a free port of loopback. */
export async function listen(options: ServerOptions = {}): Promise<{ wss: WebSocketServer; url: string }> {
  const wss = new WebSocketServer({ port: 0, host: '127.0.0.1', ...options });
  servers.push(wss);
  await once(wss, 'listening');
  return { wss, url: `ws://127.0.0.1:${(wss.address() as AddressInfo).port}/chat?token=never-recorded` };
}

/** Opens a connection. Both ends have an `error` listener, as an application has; failures are part of what is tested. */
export async function openPair(
  serverOptions?: ServerOptions,
  clientOptions?: ClientOptions,
  protocols: string[] = [],
): Promise<SocketPair> {
  const { wss, url } = await listen(serverOptions);
  const connected = once(wss, 'connection');
  const client = new WebSocket(url, protocols, clientOptions);
  clients.push(client);
  client.on('error', () => {});
  const [[server]] = (await Promise.all([connected, once(client, 'open')])) as [[WebSocket], unknown];
  server.on('error', () => {});
  return { wss, url, client, server };
}

/** The socket under a WebSocket, to write frames that no library would. */
export function rawSocket(webSocket: WebSocket): Socket {
  return (webSocket as unknown as { _socket: Socket })._socket;
}

/** An unmasked frame as servers send it (RFC 6455, section 5.2); up to 125 bytes of payload. */
export function serverFrame(firstByte: number, payload: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from([firstByte, payload.length]), payload]);
}

/** A frame masked with zeros, as clients may send it; up to 125 bytes of payload. */
export function clientFrame(firstByte: number, payload: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from([firstByte, 0x80 | payload.length, 0, 0, 0, 0]), payload]);
}

/** Closes every server that was opened, and waits for both ends of its connections. */
export async function closeAll(): Promise<void> {
  const clientsClosed = clients.splice(0).map(client => {
    if (client.readyState === WebSocket.CLOSED) return undefined;
    client.terminate();
    return new Promise(resolve => client.once('close', resolve));
  });
  const serversClosed = servers.splice(0).map(wss => {
    for (const client of wss.clients) client.terminate();
    return new Promise(resolve => wss.close(resolve));
  });
  await Promise.all([...clientsClosed, ...serversClosed]);
}
