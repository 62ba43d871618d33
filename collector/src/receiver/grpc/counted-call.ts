import type { Buffer } from 'node:buffer';
import type { ServerHttp2Stream } from 'node:http2';
import type { ServerInterceptingCallInterface } from '@grpc/grpc-js';
import type { ByteLease } from '../byte-budget.ts';
import { PIECE_BYTES } from '../read-body.ts';
import { Refusal } from '../refusal.ts';

/** A flag and a length before each message. Source: https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md */
const PREFIX_BYTES = 5;

/** What an open call takes beside its message: its HTTP/2 stream and grpc-js' objects, 20 KB measured with 3,000 of them. */
const CALL_BYTES = 24 * 1024;

/**
 * Milliseconds that a caller has to close its stream once it has been refused, as gRPC's clients do at once. A reset that came with the status
 * could overtake it, and would not be taken for something to retry.
 */
const RESET_AFTER_MS = 1_000;

/**
 * What grpc-js 1.14 has no API for: the bytes of a message before it is complete, a message as it was sent, and the end of its stream.
 * Without them a server has no say in how much its callers make it hold: grpc-js bounds one message, and neither their number nor what
 * they unpack to.
 */
interface Internals {
  stream: ServerHttp2Stream;
  decompressMessage(message: Buffer, encoding: string): Promise<Buffer>;
}

/** A call whose bytes are leased as they come, and whose message is handed over as it was sent, for our own bounded decompression. */
export class CountedCall {
  readonly #internals: Internals;
  #encoding = 'identity';
  #stopCounting: () => void = () => undefined;
  /** Resolves when its stream is closed: until then what has come of it may be in memory. */
  readonly closed: Promise<void>;

  /** Throws where grpc-js has changed inside. */
  constructor(call: ServerInterceptingCallInterface) {
    const internals = call as unknown as Internals;
    if (typeof internals.decompressMessage !== 'function' || internals.stream === undefined) {
      throw new Error('expected the internals of @grpc/grpc-js 1.14, got another version');
    }
    this.#internals = internals;
    this.closed = new Promise(resolve => internals.stream.once('close', resolve));
  }

  /** How its message is compressed: one of `grpc-encoding`. Known with the message. */
  get encoding(): string {
    return this.#encoding;
  }

  /** Begins to lease what comes. `refuse` is called once, where it announces too much or the budget is spent. Throws Refusal (503). */
  count(maxBytes: number, lease: ByteLease, refuse: (refusal: unknown) => void): void {
    lease.grow(CALL_BYTES);
    this.#internals.decompressMessage = async (message, encoding) => {
      this.#encoding = encoding;
      return message.subarray(PREFIX_BYTES);
    };
    const { stream } = this.#internals;
    const prefix: number[] = [];
    const onData = (piece: Buffer) => {
      try {
        lease.grow(piece.length + PIECE_BYTES);
        if (prefix.length < PREFIX_BYTES) readPrefix(prefix, piece, maxBytes);
      } catch (refusal) {
        this.#stopCounting();
        refuse(refusal);
      }
    };
    this.#stopCounting = () => stream.off('data', onData);
    // Before grpc-js' own listener, which would answer what is too large itself, and past the counters.
    stream.prependListener('data', onData);
  }

  /** For a call that has its status: what still comes is not kept, and a caller that does not close its stream is made to. */
  end(): void {
    const { stream } = this.#internals;
    this.#stopCounting();
    const timer = setTimeout(() => stream.close(), RESET_AFTER_MS);
    void this.closed.then(() => clearTimeout(timer));
  }
}

function readPrefix(prefix: number[], piece: Buffer, maxBytes: number): void {
  prefix.push(...piece.subarray(0, PREFIX_BYTES - prefix.length));
  const [, a = 0, b = 0, c = 0, d = 0] = prefix;
  if (prefix.length === PREFIX_BYTES && ((a << 24) | (b << 16) | (c << 8) | d) >>> 0 > maxBytes) {
    throw Refusal.tooLarge(maxBytes);
  }
}
