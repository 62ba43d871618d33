import reconnectingWebSocket from 'reconnecting-websocket';
import { WebSocket } from 'ws';
import { fleetSocketClass } from './fleet-socket.ts';
import { between, type Random } from './seeded-random.ts';
import type { ClientPlan } from './story.ts';

// Its CommonJS module is the class, where its types declare a `default` in it.
const ReconnectingWebSocket = reconnectingWebSocket as unknown as typeof reconnectingWebSocket.default;

/** The bytes that a client version with the bug sends, and as which message of a connection. */
export interface SendingBug {
  messageIndex: number;
  bytes: Uint8Array;
}

/** The second message follows the first within this many milliseconds; all others keep the client's rhythm. */
const SECOND_MESSAGE_MS = [300, 900] as const;

/**
 * One client of the fleet: `reconnecting-websocket` over `ws`, which says hello, reports its position in its own rhythm, and comes
 * back by itself. `onOpen` is called at every open.
 */
export class FleetClient {
  readonly plan: ClientPlan;
  readonly #random: Random;
  #socket: WebSocket | undefined;
  #reconnecting: InstanceType<typeof ReconnectingWebSocket>;
  #timer: NodeJS.Timeout | undefined;
  #sent = 0;
  #bug: SendingBug | undefined;
  #stray: Uint8Array | undefined;
  #hushed = false;

  constructor(plan: ClientPlan, port: number, random: Random, onOpen: () => void) {
    this.plan = plan;
    this.#random = random;
    // A hushed client that loses its connection stays away: an address that never comes stops the library without a close.
    const address = (): Promise<string> =>
      this.#hushed ? new Promise(() => {}) : Promise.resolve(`ws://127.0.0.1:${port}/live`);
    this.#reconnecting = new ReconnectingWebSocket(address, [], {
      WebSocket: fleetSocketClass(plan, socket => {
        this.#socket = socket;
      }),
      minReconnectionDelay: plan.comeBackAfter,
    });
    this.#reconnecting.addEventListener('open', () => {
      this.#sent = 0;
      this.#say();
      onOpen();
    });
    this.#reconnecting.addEventListener('close', () => clearTimeout(this.#timer));
  }

  /** From here on the client sends these bytes as text, once a connection; an open one with its next message. */
  catchBug(bug: SendingBug): void {
    this.#bug = bug;
  }

  /** The client is mended. */
  loseBug(): void {
    this.#bug = undefined;
  }

  /** Sends these bytes as text once: now, or with the next message when the client is between two connections. */
  sendStray(bytes: Uint8Array): void {
    if (this.#reconnecting.readyState === WebSocket.OPEN) this.#reconnecting.send(bytes);
    else this.#stray = bytes;
  }

  /** Sends nothing more, never comes back again, and waits until the server has answered or closed. */
  async hush(): Promise<void> {
    this.#hushed = true;
    clearTimeout(this.#timer);
    const socket = this.#socket;
    if (socket === undefined || socket.readyState === WebSocket.CLOSED) return;
    await new Promise<void>(resolve => {
      socket.once('close', () => resolve());
      socket.once('pong', () => resolve());
      if (socket.readyState === WebSocket.OPEN) socket.ping();
      else socket.once('open', () => socket.ping());
    });
  }

  #say(): void {
    if (this.#hushed) return;
    this.#reconnecting.send(this.#nextMessage());
    this.#sent += 1;
    const [low, high] = this.#sent === 1 ? SECOND_MESSAGE_MS : [0.5 * this.plan.rhythm, 1.5 * this.plan.rhythm];
    this.#timer = setTimeout(() => this.#say(), between(this.#random, low, high));
  }

  #nextMessage(): string | Uint8Array {
    const stray = this.#stray;
    if (stray !== undefined && this.#sent > 0) {
      this.#stray = undefined;
      return stray;
    }
    if (this.#bug !== undefined && this.#sent >= this.#bug.messageIndex) return this.#bug.bytes;
    if (this.#sent === 0) return JSON.stringify({ type: 'hello', client: this.plan.id, version: this.plan.version });
    return JSON.stringify({ type: 'position', n: this.#sent, x: this.#random(), y: this.#random() });
  }
}
