import type { IncomingMessage } from 'node:http';
import { createGunzip } from 'node:zlib';
import type { ByteLease } from './byte-budget.ts';
import { Refusal } from './refusal.ts';

/** What is unpacked at a time, and so by how much a body can pass its bounds before it is stopped. */
const UNPACKED_AT_ONCE = 64 * 1024; // 64 KiB

/** The sender went away before its request was complete: there is nobody to answer. */
export class IncompleteRequest extends Error {
  override readonly name = 'IncompleteRequest';
}

/**
 * Reads a body and decompresses it, never holding more than `maxBytes` of either form; a gzip bomb stops there. Throws Refusal (400, 413, 415, 503) or
 * IncompleteRequest.
 */
export async function readBody(request: IncomingMessage, maxBytes: number, lease: ByteLease): Promise<Buffer> {
  const encoding = (request.headers['content-encoding'] ?? 'identity').trim().toLowerCase();
  if (encoding !== 'gzip' && encoding !== 'identity') {
    throw Refusal.unsupported('content-encoding', 'gzip or none', encoding);
  }
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw Refusal.tooLarge(maxBytes);
  const sent = await receive(request, maxBytes, lease);
  if (encoding === 'identity') return sent;
  return decompress(sent, maxBytes, lease);
}

/** After a refusal the rest of the body is let pass unread, so that the sender gets to see the answer. */
function receive(request: IncomingMessage, maxBytes: number, lease: ByteLease): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const refuse = (refusal: unknown) => {
      request.off('data', onData);
      request.resume();
      reject(refusal);
    };
    const onData = (chunk: Buffer) => {
      size += chunk.length;
      if (size > maxBytes) return refuse(Refusal.tooLarge(maxBytes));
      try {
        lease.grow(chunk.length);
      } catch (refusal) {
        return refuse(refusal);
      }
      chunks.push(chunk);
    };
    request.on('data', onData);
    request.once('end', () => resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, size)));
    request.once('error', cause => reject(new IncompleteRequest('the sender went away', { cause })));
    request.once('close', () => reject(new IncompleteRequest('the sender went away')));
  });
}

/** Piece by piece, each leased before the next is unpacked: some kilobytes can hold a thousand times as much. */
async function decompress(sent: Buffer, maxBytes: number, lease: ByteLease): Promise<Buffer> {
  const unzip = createGunzip({ chunkSize: UNPACKED_AT_ONCE });
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    unzip.end(sent);
    for await (const chunk of unzip as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > maxBytes) throw Refusal.tooLarge(maxBytes);
      lease.grow(chunk.length);
      chunks.push(chunk);
    }
  } catch (cause) {
    if (cause instanceof Refusal) throw cause;
    throw Refusal.malformed(`expected a gzip body, got ${(cause as Error).message}`, cause);
  }
  return Buffer.concat(chunks, size);
}
