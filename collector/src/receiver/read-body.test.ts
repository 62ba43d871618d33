import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { ByteBudget } from './byte-budget.ts';
import { readBody } from './read-body.ts';
import { Refusal } from './refusal.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** A request whose sender has sent these pieces, and more may come. */
function requestOf(...pieces: Buffer[]): IncomingMessage {
  const request = new Readable({ read: () => undefined });
  for (const piece of pieces) request.push(piece);
  return request as IncomingMessage;
}

/** A refused body of which only the request is left, and a weak reference to its first piece. */
async function refuse(request: IncomingMessage, first: Buffer): Promise<WeakRef<Buffer>> {
  const lease = new ByteBudget(1_000).lease();
  request.push(first);
  request.push(Buffer.alloc(60));
  await expect(readBody(request, 100, lease)).rejects.toThrow(Refusal);
  return new WeakRef(first);
}

it('reads a body of several pieces', async () => {
  const request = requestOf(Buffer.from('ab'), Buffer.from('c'));
  request.push(null);
  expect((await readBody(request, 100, new ByteBudget(1_000).lease())).toString()).toBe('abc');
});

it('lets go of what it has read of a body that it refuses, though its sender goes on', async () => {
  const request = requestOf();
  const first = await refuse(request, Buffer.alloc(60));
  await new Promise(setImmediate);
  collectGarbage();
  expect(first.deref()).toBeUndefined();
  expect(request.readableEnded).toBe(false);
});
