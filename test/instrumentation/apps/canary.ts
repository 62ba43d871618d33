/**
 * A server and two clients, `ws` and Node's own, that send what must not leave the process: the variable CANARY as text, as text that is not
 * UTF-8 (each end refuses one), in the query and in the headers. Prints how many messages arrived whole, and the codes of the closes.
 */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { WebSocketServer, WebSocket as WsClient } from 'ws';

const canary = process.env.CANARY ?? '';
const bad = Buffer.concat([Buffer.from(canary), Buffer.of(0xff)]);
let whole = 0;
const count = (text: string): void => {
  if (text === canary) whole += 1;
};

const wss = new WebSocketServer({ port: 0, host: '127.0.0.1' });
await once(wss, 'listening');
const url = `ws://127.0.0.1:${(wss.address() as AddressInfo).port}/chat?token=${canary}`;
wss.on('connection', server => {
  server.on('error', () => {});
  server.on('message', data => count(String(data)));
});

const headers = { authorization: `Bearer ${canary}`, cookie: `sid=${canary}` };
const sending = new WsClient(url, { headers });
await once(sending, 'open');
sending.send(canary);
sending.send(bad, { binary: false });
const [refusedByServer] = await once(sending, 'close');

const connected = once(wss, 'connection');
const receiving = new WebSocket(url);
receiving.addEventListener('message', ({ data }) => count(data));
receiving.addEventListener('error', () => {});
const [server] = (await connected) as [WsClient];
server.send(canary);
server.send(bad, { binary: false });
const [refusedByClient] = await once(server, 'close');

wss.close();
process.stdout.write(`whole ${whole}, closed ${refusedByServer} ${refusedByClient}\n`);
