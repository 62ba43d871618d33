import type { IncomingMessage } from 'node:http';
import type { ByteLease } from './byte-budget.ts';
import { Refusal } from './refusal.ts';

/** What Node holds of a piece of a body beside its bytes: a sender can cut its body into pieces of one byte. */
export const PIECE_BYTES = 256;

/** The sender went away before its request was complete: there is nobody to answer. */
export class IncompleteRequest extends Error {
  override readonly name = 'IncompleteRequest';
}

/**
 * Reads a body as it was sent. After a refusal the rest of it is let pass unread, so that the sender gets to see the answer.
 * Rejects with Refusal (413, 503) or IncompleteRequest.
 */
export function readBody(request: IncomingMessage, maxBytes: number, lease: ByteLease): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = [];
    let size = 0;
    const onEnd = () => resolve(pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces, size));
    // What has been read is let go at once, as its lease is: the request itself lives on as long as the sender keeps sending.
    const refuse = (refusal: unknown) => {
      request.off('data', onData);
      request.off('end', onEnd);
      pieces.length = 0;
      request.resume();
      reject(refusal);
    };
    const onData = (piece: Buffer) => {
      size += piece.length;
      if (size > maxBytes) return refuse(Refusal.tooLarge(maxBytes));
      try {
        lease.grow(piece.length + PIECE_BYTES);
      } catch (refusal) {
        return refuse(refusal);
      }
      pieces.push(piece);
    };
    request.on('data', onData);
    request.once('end', onEnd);
    request.once('error', cause => reject(new IncompleteRequest('the sender went away', { cause })));
    request.once('close', () => {
      if (!request.complete) reject(new IncompleteRequest('the sender went away'));
    });
  });
}
