import type { PayloadFinding } from '../close/close-signals.ts';
import type { Connection } from '../connection.ts';
import type { ConnectionObserver } from '../connection-observer.ts';
import { classifyPayload } from '../payload/classify-payload.ts';
import { closeCodeOf, errorTypeOf } from './error-type.ts';
import type { MethodPatches } from './method-patch.ts';
import { type PrivateState, Stamp } from './private-state.ts';
import type { WsReceiver } from './ws-shapes.ts';

const OPCODE_CLOSE = 8; // RFC 6455, section 5.2
const INVALID_PAYLOAD = 1007;
const INVALID_UTF8 = 'WS_ERR_INVALID_UTF8';

/** The connections by their receivers. */
export type ConnectionsByReceiver = Omit<PrivateState<Connection>, 'delete'>;

/**
 * A private state of receivers alone. V8 learns for a function, not for each of its closures, what it reads and of which objects: `get`
 * of `privateState`, which several states and kinds of objects share, is a look-up each time, and here a load. It is read per message.
 */
export function connectionsByReceiver(): ConnectionsByReceiver {
  class Received extends Stamp {
    #connection: Connection;

    constructor(receiver: object, connection: Connection) {
      super(receiver);
      this.#connection = connection;
    }

    static get(receiver: object): Connection | undefined {
      return #connection in receiver ? receiver.#connection : undefined;
    }

    static set(receiver: object, connection: Connection): void {
      if (#connection in receiver) receiver.#connection = connection;
      else new Received(receiver, connection);
    }
  }
  return Received;
}

/**
 * Counts messages, and finds out what was wrong with the one that made the receiver fail. While a message is handed over
 * only a reference to its fragments is held, on the stack; they are looked at where the receiver has refused them.
 */
export function patchReceiver(
  prototype: object,
  patches: MethodPatches,
  observer: ConnectionObserver,
  connections: ConnectionsByReceiver,
): void {
  // Called for every data frame, with the whole message's fragments at the last one.
  patches.method(
    prototype,
    'dataMessage',
    original =>
      function dataMessage(this: WsReceiver, ...args: unknown[]): unknown {
        const connection = connections.get(this);
        if (!connection || !patches.active) return original.apply(this, args);
        connection.framesReceived += 1;
        if (!this._fin) return original.apply(this, args);
        const fragments = this._fragments;
        const frames = connection.framesReceived;
        connection.framesReceived = 0;
        connection.messagesReceived += 1;
        const answer = original.apply(this, args);
        if (hasFailed(this, answer)) refused(connection, fragments, frames);
        return answer;
      },
  );

  patches.method(
    prototype,
    'controlMessage',
    original =>
      function controlMessage(this: WsReceiver, ...args: unknown[]): unknown {
        const connection = connections.get(this);
        if (this._opcode !== OPCODE_CLOSE || !connection) return original.apply(this, args);
        const body = args[0] as Buffer;
        // ws answers the frame before it returns, so the frame has to be known as the first one before.
        const undo = connection.signals.received(...codeAndReason(body), observer.clock.monotonic());
        const answer = original.apply(this, args);
        if (hasFailed(this, answer)) {
          undo();
          observer.guard.run('close frame', () => inspectReason(connection, body.subarray(2)));
          observer.refusedMessage(connection, body.subarray(2));
        }
        return answer;
      },
  );

  // The one place that every failure of the receiver passes, before the application's `error` event.
  patches.method(
    prototype,
    'destroy',
    original =>
      function destroy(this: WsReceiver, ...args: unknown[]): unknown {
        const connection = connections.get(this);
        if (connection) observer.guard.run('receiver error', () => failed(this, connection, args[0]));
        return original.apply(this, args);
      },
  );

  // Apart from the hot path: a closure there would be an allocation per message.
  function refused(connection: Connection, fragments: Uint8Array[], frames: number): void {
    const bytes = observer.guard.run('payload', () => inspectMessage(connection, fragments, frames));
    if (bytes) observer.refusedMessage(connection, bytes);
  }

  function failed(receiver: WsReceiver, connection: Connection, error: unknown): void {
    const code = closeCodeOf(error);
    if (code === undefined) return;
    const errorType = errorTypeOf(error);
    connection.signals.failed({ code, errorType }, observer.clock.monotonic());
    if (code !== INVALID_PAYLOAD || errorType === INVALID_UTF8) return;
    connection.signals.finding ??= {
      defect: 'invalid_deflate',
      size: receiver._totalPayloadLength,
      fragments: connection.framesReceived + 1,
      messageIndex: connection.messagesReceived,
    };
    observer.refusedMessage(connection, null);
  }
}

/** Older versions return the error, newer ones set a flag. */
function hasFailed(receiver: WsReceiver, answer: unknown): boolean {
  return receiver._errored === true || answer instanceof Error;
}

/** RFC 6455, section 7.1.5: a close frame without a body stands for 1005. */
function codeAndReason(body: Buffer): [code: number, reason: string] {
  return body.length < 2 ? [1005, ''] : [body.readUInt16BE(0), body.toString('utf8', 2)];
}

/** The copy of a message in several fragments is made once a connection, which ends with it; ws has made the same one. */
function inspectMessage(connection: Connection, fragments: Uint8Array[], frames: number): Uint8Array {
  const [only] = fragments;
  const bytes = fragments.length === 1 && only ? only : Buffer.concat(fragments);
  connection.messagesReceived -= 1; // it was counted in advance, and refused
  connection.signals.finding ??= {
    ...findingOf('invalid_utf8', bytes),
    fragments: frames,
    messageIndex: connection.messagesReceived,
  };
  return bytes;
}

function inspectReason(connection: Connection, reason: Uint8Array): void {
  const finding = findingOf('invalid_close_reason', reason);
  // ws refuses a close frame over its code too: 1002, and nothing is wrong with the reason.
  if (finding.offset !== undefined) connection.signals.finding ??= finding;
}

function findingOf(defect: 'invalid_utf8' | 'invalid_close_reason', bytes: Uint8Array): PayloadFinding {
  return { defect, size: bytes.length, ...classifyPayload(bytes) };
}
