import { diag } from '@opentelemetry/api';
import { systemClock } from '../clock.ts';
import { Guard } from '../guard.ts';
import { PACKAGE_NAME } from '../version.ts';
import type { InstrumentWebSocketOptions } from './options.ts';
import type { PageConnection } from './page-connection.ts';
import { PageObserver } from './page-observer.ts';

type WebSocketClass = typeof globalThis.WebSocket;
type CloseMethod = WebSocket['close'];

/** The page's global object, as far as it is touched. */
interface Page {
  WebSocket?: WebSocketClass;
  addEventListener?(type: 'pagehide', listener: () => void): void;
  removeEventListener?(type: 'pagehide', listener: () => void): void;
}

/** What stands for the class in the places where it was; so that it is not replaced twice. */
const replacements = new WeakSet<object>();

/**
 * Instruments the page's (or worker's) `WebSocket`, for all connections that are made after. Spans and attributes are
 * those of `attributes.ts`, as far as a page can know them. Never throws; does nothing where there is no `WebSocket`, or
 * where it is instrumented already.
 *
 * The class stays the same to the page: a proxy with the original's name, prototype and statics, which subclasses
 * extend and `instanceof` knows. Our listeners come first, see only events that the browser made, and count messages
 * without a look at them.
 *
 * @returns puts everything back as it was; open connections are no longer followed
 */
export function instrumentWebSocket(options: InstrumentWebSocketOptions = {}): () => void {
  const page = globalThis as unknown as Page;
  const original = page.WebSocket;
  if (!original || replacements.has(original)) return () => {};
  const guard = new Guard(() => diag.createComponentLogger({ namespace: PACKAGE_NAME }));
  const instrument = () => replace(page, original, new PageObserver(options, systemClock, guard), guard);
  return guard.run('instrumentWebSocket', instrument) ?? (() => {});
}

function replace(page: Page, original: WebSocketClass, observer: PageObserver, guard: Guard): () => void {
  const { prototype } = original;
  const connections = new WeakMap<WebSocket, PageConnection>();
  let active = true;
  const watch = <T>(place: string, action: () => T): T | undefined => (active ? guard.run(place, action) : undefined);

  const replacement: WebSocketClass = new Proxy(original, {
    construct(target, args: ConstructorParameters<WebSocketClass>, newTarget) {
      const socket: WebSocket = Reflect.construct(target, args, newTarget === replacement ? target : newTarget);
      watch('connect', () => follow(socket, args[1]));
      return socket;
    },
  });
  const originalClose = prototype.close;
  const close: CloseMethod = new Proxy(originalClose, {
    apply(target, socket: WebSocket, args: [number?, string?]) {
      const connection = connections.get(socket);
      const isFirst = connection && socket.readyState < 2; // connecting or open: from now on it is closing
      Reflect.apply(target, socket, args);
      if (isFirst) watch('close', () => observer.closing(connection, args[0], args[1]));
    },
  });

  function follow(socket: WebSocket, protocols: unknown): void {
    const requested = typeof protocols === 'string' || Array.isArray(protocols) ? String(protocols) : '';
    const connection = observer.connecting(socket.url, requested);
    if (!connection) return;
    connections.set(socket, connection);
    const on = (type: string, listener: (event: CloseEvent) => void): void =>
      // Not the socket's own method: a subclass may have another one.
      EventTarget.prototype.addEventListener.call(socket, type, event => {
        if (event.isTrusted) watch(type, () => listener(event as CloseEvent));
      });
    on('open', () => observer.opened(connection, socket.protocol));
    on('message', () => {
      connection.messages += 1;
    });
    on('error', () => observer.failed(connection));
    on('close', ({ code, reason, wasClean }) => observer.closed(connection, code, reason, wasClean));
  }

  const left = (): void => void watch('pagehide', () => observer.left());
  replacements.add(replacement);
  page.WebSocket = replacement;
  prototype.constructor = replacement;
  prototype.close = close;
  page.addEventListener?.('pagehide', left);

  return () => {
    active = false;
    observer.stop();
    page.removeEventListener?.('pagehide', left);
    // What somebody else has wrapped meanwhile stays wrapped, and passes through to the original.
    if (page.WebSocket === replacement) page.WebSocket = original;
    if (prototype.constructor === replacement) prototype.constructor = original;
    if (prototype.close === close) prototype.close = originalClose;
  };
}
