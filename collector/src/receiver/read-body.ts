import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { ByteLease } from './byte-budget.ts';
import { Refusal } from './refusal.ts';

const unzip = promisify(gunzip);

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
  const body = await decompress(sent, maxBytes);
  lease.grow(body.length);
  return body;
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

async function decompress(sent: Buffer, maxBytes: number): Promise<Buffer> {
  try {
    return await unzip(sent, { maxOutputLength: maxBytes });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw Refusal.tooLarge(maxBytes);
    throw Refusal.malformed(`expected a gzip body, got ${(cause as Error).message}`, cause);
  }
}
