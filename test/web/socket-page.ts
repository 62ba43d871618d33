import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { WebSocket, WebSocketServer } from 'ws';
import { buildForBrowsers } from './build-for-browsers.ts';
import { SpanSink } from './span-sink.ts';

const PAGE = join(import.meta.dirname, 'page/main.ts');
let script: Promise<string> | undefined;

/**
 * A page in a real browser whose WebSockets a real `ws` server takes, and whose spans arrive at a sink. Paths that begin
 * with /refused are answered with 401.
 */
export class SocketPage {
  readonly wss = new WebSocketServer({ noServer: true });
  readonly sink: SpanSink;
  /** What the page threw and nobody caught. */
  readonly errors: string[] = [];
  readonly #http: Server;
  readonly #delay: number;
  #page!: Page;

  private constructor(sink: SpanSink, code: string, delay: number) {
    this.sink = sink;
    this.#delay = delay;
    this.#http = createServer((request, response) => {
      const isScript = request.url?.startsWith('/page.js');
      response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html');
      response.end(isScript ? code : '<!doctype html><title>A page with a WebSocket</title>');
    });
    this.#http.on('upgrade', (request, socket, head) => {
      if (request.url?.startsWith('/refused')) socket.end('HTTP/1.1 401 Unauthorized\r\nconnection: close\r\n\r\n');
      else this.wss.handleUpgrade(request, socket, head, opened => this.wss.emit('connection', opened, request));
    });
  }

  /** Opens the page, not instrumented yet: `instrument(options)` in the page does that. Spans are held back for `delay` milliseconds. */
  static async open(browser: Browser, delay = 20): Promise<SocketPage> {
    script ??= buildForBrowsers(PAGE);
    const opened = new SocketPage(await SpanSink.start(), await script, delay);
    opened.#http.listen(0, '127.0.0.1');
    await once(opened.#http, 'listening');
    opened.#page = await browser.newPage();
    opened.#page.on('pageerror', error => opened.errors.push(error.message));
    await opened.#page.goto(`http://${opened.host}/`);
    await opened.run(`import('${opened.script}')`);
    return opened;
  }

  /** `127.0.0.1:port` of the page and its WebSocket server. */
  get host(): string {
    return `127.0.0.1:${(this.#http.address() as AddressInfo).port}`;
  }

  /** The address of the page's script, which says where spans go and for how long they are held back. */
  get script(): string {
    const query = new URLSearchParams({ traces: this.sink.tracesUrl, delay: String(this.#delay) });
    return `http://${this.host}/page.js?${query}`;
  }

  /** Evaluates an expression in the page. */
  run<T>(expression: string): Promise<T> {
    return this.#page.evaluate(expression) as Promise<T>;
  }

  /** Opens `new WebSocket` in the page, kept as `socket` there; answers the server's end, once both are open. */
  async connect(path = '/chat', protocols: string[] = []): Promise<WebSocket> {
    const accepted = this.nextConnection();
    const open = `globalThis.socket = new WebSocket('ws://${this.host}${path}', ${JSON.stringify(protocols)})`;
    await this.run(`new Promise(open => (${open}).addEventListener('open', () => open()))`);
    return accepted;
  }

  /** The next connection that the server accepts. */
  async nextConnection(): Promise<WebSocket> {
    const [socket] = (await once(this.wss, 'connection')) as [WebSocket];
    socket.on('error', () => {});
    return socket;
  }

  /** Leaves for an empty page. */
  async leave(): Promise<void> {
    await this.#page.goto('about:blank');
  }

  async stop(): Promise<void> {
    await this.#page.close();
    for (const client of this.wss.clients) if (client.readyState !== WebSocket.CLOSED) client.terminate();
    this.#http.close();
    this.#http.closeAllConnections();
    await this.sink.stop();
  }
}
