import type { Connection } from '../connection.ts';
import type { ConnectionObserver } from '../connection-observer.ts';
import { MethodPatches } from './method-patch.ts';
import { patchReceiver } from './patch-receiver.ts';
import { patchSender } from './patch-sender.ts';
import { patchServer } from './patch-server.ts';
import { patchWebSocket } from './patch-websocket.ts';
import { RefusalWatch } from './refusal-watch.ts';
import type { WsModule } from './ws-shapes.ts';

/** The connections by the objects of ws that stand for them: the WebSocket, its receiver and its sender; before that the server's socket. */
export type ConnectionsByObject = WeakMap<object, Connection>;

/** The four classes of one copy of ws. */
interface WsClasses {
  webSocket: object;
  server: object;
  receiver: object;
  sender: object;
}

/** Patches copies of ws, each once, and takes the patches out again; the copies are remembered. */
export class WsAdapter {
  readonly #observer: ConnectionObserver;
  readonly #connections: ConnectionsByObject = new WeakMap();
  readonly #refusals = new RefusalWatch();
  /** Every copy that was found, with its patches while they are in. */
  readonly #copies = new Map<object, { classes: WsClasses; patches: MethodPatches | null }>();
  #enabled = false;

  constructor(observer: ConnectionObserver) {
    this.#observer = observer;
  }

  /** Remembers a copy of ws, required or imported, and patches it once enabled. Answers false where it is none. */
  add(module: unknown): boolean {
    const classes = classesOf(module);
    if (!classes) return false;
    if (this.#copies.has(classes.webSocket)) return true;
    this.#copies.set(classes.webSocket, { classes, patches: this.#enabled ? this.#patch(classes) : null });
    return true;
  }

  /** What is kept about an open WebSocket, for `setClient`. */
  connectionOf(webSocket: object): Connection | undefined {
    return this.#connections.get(webSocket);
  }

  /** Patches every copy that was found before. */
  enable(): void {
    this.#enabled = true;
    for (const copy of this.#copies.values()) copy.patches ??= this.#patch(copy.classes);
  }

  /** Takes every patch out of every copy. */
  disable(): void {
    this.#enabled = false;
    this.#refusals.restore();
    for (const copy of this.#copies.values()) {
      copy.patches?.restore();
      copy.patches = null;
    }
  }

  #patch(classes: WsClasses): MethodPatches {
    const patches = new MethodPatches();
    patchWebSocket(classes.webSocket, patches, this.#observer, this.#connections, this.#refusals);
    patchServer(classes.server, patches, this.#observer, this.#connections, this.#refusals);
    patchReceiver(classes.receiver, patches, this.#observer, this.#connections);
    patchSender(classes.sender, patches, this.#observer, this.#connections);
    return patches;
  }
}

function classesOf(module: unknown): WsClasses | null {
  if (module === null || (typeof module !== 'object' && typeof module !== 'function')) return null;
  const exported = module as WsModule;
  const webSocket = (exported.WebSocket ?? exported).prototype;
  const server = (exported.WebSocketServer ?? exported.Server)?.prototype;
  const receiver = exported.Receiver?.prototype;
  const sender = exported.Sender?.prototype;
  return webSocket && server && receiver && sender ? { webSocket, server, receiver, sender } : null;
}
