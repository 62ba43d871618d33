import { promisify } from 'node:util';
import zlib from 'node:zlib';
import type { ByteLease } from './byte-budget.ts';
import { Refusal } from './refusal.ts';

/** What is unpacked at a time, and so by how much a body can pass its bounds before it is stopped. */
const UNPACKED_AT_ONCE = 64 * 1024; // 64 KiB

/** What is unpacked on the spot: up to here that takes 0.05 ms, no more than the way to another thread and back. */
const ON_THE_SPOT = 64 * 1024; // 64 KiB

/** What is unpacked on another thread in one go, at most: some thousands of spans. More goes piece by piece. */
const IN_ONE_GO = 2 * 1024 * 1024; // 2 MiB

/** What zstd may look back on, and so hold beside its output: 2^23 bytes. Source: RFC 9659, section 3. */
const ZSTD_WINDOW_LOG = 23;

const ZSTD_OPTIONS = { params: { [zlib.constants.ZSTD_d_windowLogMax]: ZSTD_WINDOW_LOG } };

/** Where a format does not say how long its content is: spans with ids of their own shrink to a tenth. */
const USUAL_RATIO = 16;

interface Method {
  /** How many bytes it will be, as far as the sender says; only believed as far as that can be. */
  announced(sent: Buffer): number;
  now(sent: Buffer, options: { maxOutputLength: number; chunkSize: number }): Buffer;
  elsewhere(sent: Buffer, options: { maxOutputLength: number; chunkSize: number }): Promise<Buffer>;
  stream(options: { chunkSize: number }): zlib.Gunzip | zlib.Inflate | zlib.ZstdDecompress;
  /** What it holds beside its output. Bytes. */
  window: number;
}

const GZIP: Method = {
  // The last four bytes are the length of the last member. Source: RFC 1952, section 2.3.1.
  announced: sent => (sent.length < 18 ? 0 : Math.min(sent.readUInt32LE(sent.length - 4), sent.length * 1_032)),
  now: zlib.gunzipSync,
  elsewhere: promisify<Buffer, zlib.ZlibOptions, Buffer>(zlib.gunzip),
  stream: zlib.createGunzip,
  window: 32 * 1024,
};

/** gRPC's `deflate`, and HTTP's: zlib's format. Source: RFC 9110, section 8.4.1.2. */
const DEFLATE: Method = {
  announced: sent => sent.length * USUAL_RATIO,
  now: zlib.inflateSync,
  elsewhere: promisify<Buffer, zlib.ZlibOptions, Buffer>(zlib.inflate),
  stream: zlib.createInflate,
  window: 32 * 1024,
};

const unzstd = promisify<Buffer, zlib.ZstdOptions, Buffer>(zlib.zstdDecompress);

/** Node has it since 22.15. */
const ZSTD: Method = {
  announced: sent => sent.length * USUAL_RATIO,
  now: (sent, options) => zlib.zstdDecompressSync(sent, { ...ZSTD_OPTIONS, ...options }),
  elsewhere: (sent, options) => unzstd(sent, { ...ZSTD_OPTIONS, ...options }),
  stream: options => zlib.createZstdDecompress({ ...ZSTD_OPTIONS, ...options }),
  window: 2 ** ZSTD_WINDOW_LOG,
};

const METHODS: ReadonlyMap<string, Method | null> = new Map([
  ['identity', null],
  ['gzip', GZIP],
  ['deflate', DEFLATE],
  ['zstd', ZSTD],
]);

/** Encodings of a body, as `content-encoding` and `grpc-encoding` name them. */
export const BODY_ENCODINGS: readonly string[] = [...METHODS.keys()];

/** The same in words. */
export const KNOWN_ENCODINGS = `${BODY_ENCODINGS.slice(0, -1).join(', ')} or ${BODY_ENCODINGS.at(-1)}`;

/**
 * Decompresses a body, never holding more than `maxBytes`; a bomb stops there. What it unpacks is leased before it is held.
 * Throws Refusal (400, 413, 415, 503).
 */
export async function decompress(sent: Buffer, encoding: string, maxBytes: number, lease: ByteLease): Promise<Buffer> {
  const method = METHODS.get(encoding);
  if (method === null) return sent;
  if (method === undefined) throw Refusal.unsupported('encoding', KNOWN_ENCODINGS, encoding);
  try {
    return (await inOneGo(method, sent, maxBytes, lease)) ?? (await pieceByPiece(method, sent, maxBytes, lease));
  } catch (cause) {
    if (cause instanceof Refusal) throw cause;
    throw Refusal.malformed(`expected a ${encoding} body, got ${(cause as Error).message}`, cause);
  }
}

/** The usual case: the length is known, so that one buffer takes it all. Null where that can't be known. */
async function inOneGo(method: Method, sent: Buffer, maxBytes: number, lease: ByteLease): Promise<Buffer | null> {
  const announced = method.announced(sent);
  if (announced > Math.min(IN_ONE_GO, maxBytes)) return null;
  const chunkSize = Math.max(64, announced + 1); // one more than it takes, or zlib would ask for a second chunk
  lease.grow(chunkSize);
  const options = { chunkSize, maxOutputLength: Math.min(chunkSize, maxBytes) };
  try {
    return chunkSize <= ON_THE_SPOT ? method.now(sent, options) : await method.elsewhere(sent, options);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') return null;
    throw error;
  }
}

/** Each piece is leased before the next is unpacked: some kilobytes can hold a thousand times as much. */
async function pieceByPiece(method: Method, sent: Buffer, maxBytes: number, lease: ByteLease): Promise<Buffer> {
  lease.grow(method.window);
  const unzip = method.stream({ chunkSize: UNPACKED_AT_ONCE });
  const chunks: Buffer[] = [];
  let size = 0;
  unzip.end(sent);
  for await (const chunk of unzip as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBytes) throw Refusal.tooLarge(maxBytes);
    lease.grow(chunk.length);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}
