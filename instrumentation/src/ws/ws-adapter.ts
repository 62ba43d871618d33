import type { Connection } from '../connection.ts';
import type { ConnectionObserver } from '../connection-observer.ts';
import { MethodPatches } from './method-patch.ts';
import { connectionsByReceiver, patchReceiver } from './patch-receiver.ts';
import { patchSender } from './patch-sender.ts';
import { patchServer } from './patch-server.ts';
import { patchWebSocket } from './patch-websocket.ts';
import { type PrivateState, privateState } from './private-state.ts';
import { RefusalWatch } from './refusal-watch.ts';
import type { WsModule, WsServer } from './ws-shapes.ts';

/** The connections by the objects of ws that stand for them: the WebSocket and its sender; before that the server's socket. */
export type ConnectionsByObject = PrivateState<Connection>;

/** One of the four classes of a copy of ws, and a method by which its own prototype is told from a subclass's. */
const OWN_METHOD = {
  webSocket: 'terminate',
  server: 'handleUpgrade',
  receiver: 'dataMessage',
  sender: 'sendFrame',
} as const;
type Part = keyof typeof OWN_METHOD;

/** Patches copies of ws, each once, and takes the patches out again; the copies are remembered. */
export class WsAdapter {
  readonly #observer: ConnectionObserver;
  readonly #connections: ConnectionsByObject = privateState();
  readonly #receivers = connectionsByReceiver();
  readonly #refusals = new RefusalWatch();
  /** The prototypes of every copy that was found. */
  readonly #parts = new Map<object, Part>();
  /** Null while disabled. */
  #patches: MethodPatches | null = null;

  constructor(observer: ConnectionObserver) {
    this.#observer = observer;
  }

  /** Remembers a copy of ws, required or imported, and patches it once enabled. Answers false where it is none. */
  add(module: unknown): boolean {
    const classes = classesOf(module);
    if (!classes) return false;
    for (const [part, prototype] of Object.entries(classes)) this.#add(prototype, part as Part);
    return true;
  }

  /** Like `add`, where only a server is at hand: it knows its WebSocket class, from ws 8.7 on. */
  addServer(server: object): boolean {
    const { options } = server as WsServer;
    if (options?.WebSocket) this.addWebSocketClass(options.WebSocket.prototype);
    return this.#add(server, 'server');
  }

  /** Like `add`, where only a WebSocket class is at hand: the first socket that opens shows the others. */
  addWebSocketClass(prototype: object): boolean {
    return this.#add(prototype, 'webSocket');
  }

  /** Whether the server's class, or one that it extends, is of a copy that was found. */
  knowsServer(server: object): boolean {
    let prototype: object | null = server;
    while (prototype && this.#parts.get(prototype) !== 'server') prototype = Object.getPrototypeOf(prototype);
    return prototype !== null;
  }

  /** What is kept about an open WebSocket, for `setClient`. */
  connectionOf(webSocket: object): Connection | undefined {
    return this.#connections.get(webSocket);
  }

  /** Patches every copy that was found before. */
  enable(): void {
    if (this.#patches) return;
    this.#patches = new MethodPatches();
    for (const [prototype, part] of this.#parts) this.#patch(prototype, part, this.#patches);
  }

  /** Takes every patch out of every copy. */
  disable(): void {
    this.#refusals.restore();
    this.#patches?.restore();
    this.#patches = null;
  }

  /** Takes the prototype that has the part's methods, from an object of its class or of a subclass. */
  #add(object: object, part: Part): boolean {
    let prototype: object | null = object;
    while (prototype && !Object.hasOwn(prototype, OWN_METHOD[part])) prototype = Object.getPrototypeOf(prototype);
    if (!prototype) return false;
    if (this.#parts.has(prototype)) return true;
    this.#parts.set(prototype, part);
    if (this.#patches) this.#patch(prototype, part, this.#patches);
    return true;
  }

  #patch(prototype: object, part: Part, patches: MethodPatches): void {
    const observer = this.#observer;
    if (part === 'receiver') patchReceiver(prototype, patches, observer, this.#receivers);
    else if (part === 'sender') patchSender(prototype, patches, observer, this.#connections);
    else if (part === 'server') patchServer(prototype, patches, observer, this.#connections, this.#refusals);
    else {
      const found = (receiver: object, sender: object) => {
        this.#add(receiver, 'receiver');
        this.#add(sender, 'sender');
      };
      patchWebSocket(prototype, patches, observer, this.#connections, this.#refusals, this.#receivers, found);
    }
  }
}

function classesOf(module: unknown): Record<Part, object> | null {
  if (module === null || (typeof module !== 'object' && typeof module !== 'function')) return null;
  const exported = module as WsModule;
  const webSocket = (exported.WebSocket ?? exported).prototype;
  const server = (exported.WebSocketServer ?? exported.Server)?.prototype;
  const receiver = exported.Receiver?.prototype;
  const sender = exported.Sender?.prototype;
  return webSocket && server && receiver && sender ? { webSocket, server, receiver, sender } : null;
}
