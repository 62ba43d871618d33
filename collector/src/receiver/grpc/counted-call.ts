import type { Buffer } from 'node:buffer';
import type { ServerHttp2Stream } from 'node:http2';
import type { ServerInterceptingCallInterface } from '@grpc/grpc-js';
import type { ByteLease } from '../byte-budget.ts';
import { PIECE_BYTES } from '../read-body.ts';
import { Refusal } from '../refusal.ts';

/** A flag and a length before each message. Source: https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md */
const PREFIX_BYTES = 5;

/**
 * What grpc-js 1.14 has no API for: the bytes of a message before it is complete, and a message as it was sent. Without them a
 * server has no say in how much its callers make it hold: grpc-js bounds one message, and neither their number nor what they unpack to.
 */
interface Internals {
  stream: ServerHttp2Stream;
  decompressMessage(message: Buffer, encoding: string): Promise<Buffer>;
}

/** What became known of a call's message. */
export interface MessageCount {
  /** How it is compressed: one of `grpc-encoding`. */
  encoding: string;
}

/**
 * Leases the bytes of a call's message as they come, and hands the message over as it was sent, for our own bounded decompression. `refuse` is
 * called where it announces too much or the budget is spent. Throws where grpc-js has changed inside.
 */
export function countMessage(
  call: ServerInterceptingCallInterface,
  maxBytes: number,
  lease: ByteLease,
  refuse: (refusal: unknown) => void,
): MessageCount {
  const internals = call as unknown as Internals;
  if (typeof internals.decompressMessage !== 'function' || internals.stream === undefined) {
    throw new Error('expected the internals of @grpc/grpc-js 1.14, got another version');
  }
  const count = { encoding: 'identity' };
  internals.decompressMessage = async (message, encoding) => {
    count.encoding = encoding;
    return message.subarray(PREFIX_BYTES);
  };
  const prefix: number[] = [];
  // Before grpc-js' own listener, which would answer what is too large itself, and past the counters.
  internals.stream.prependListener('data', (piece: Buffer) => {
    try {
      lease.grow(piece.length + PIECE_BYTES);
      if (prefix.length < PREFIX_BYTES) readPrefix(prefix, piece, maxBytes);
    } catch (refusal) {
      refuse(refusal);
    }
  });
  return count;
}

function readPrefix(prefix: number[], piece: Buffer, maxBytes: number): void {
  prefix.push(...piece.subarray(0, PREFIX_BYTES - prefix.length));
  const [, a = 0, b = 0, c = 0, d = 0] = prefix;
  if (prefix.length === PREFIX_BYTES && ((a << 24) | (b << 16) | (c << 8) | d) >>> 0 > maxBytes) {
    throw Refusal.tooLarge(maxBytes);
  }
}
