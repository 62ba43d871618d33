import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { IncomingFrames } from './incoming-frames.ts';

/** An unmasked frame, with the shortest length that fits (RFC 6455, section 5.2). */
function frame(firstByte: number, payload: Uint8Array): Buffer {
  const header = Buffer.alloc(payload.length < 126 ? 2 : payload.length < 65_536 ? 4 : 10);
  header[0] = firstByte;
  header[1] = header.length === 2 ? payload.length : header.length === 4 ? 126 : 127;
  if (header.length === 4) header.writeUInt16BE(payload.length, 2);
  if (header.length === 10) header.writeBigUInt64BE(BigInt(payload.length), 2);
  return Buffer.concat([header, payload]);
}

const bytes = (length: number): Buffer => Buffer.alloc(length, 0x61);

/** A message in one frame and one in three with a ping in between, binary, compressed, of every kind of length, and a close. */
const STREAM = Buffer.concat([
  frame(0x81, bytes(3)),
  frame(0x01, bytes(200)),
  frame(0x89, bytes(4)),
  frame(0x00, bytes(0)),
  frame(0x80, bytes(70_000)),
  frame(0x82, bytes(130)),
  frame(0xc1, bytes(9)),
  frame(0x81, bytes(0)),
  frame(0x88, Buffer.from([0x03, 0xf4, 0x78])),
  frame(0x81, bytes(5)),
]);

/** What came of the stream: its text messages' sizes, frames and places, the count, and the close frame. */
function followed(chunks: readonly Uint8Array[]): unknown {
  const frames = new IncomingFrames();
  const texts: number[][] = [];
  for (const chunk of chunks) {
    frames.push(chunk);
    for (const text of frames.completed) texts.push([Buffer.concat(text.parts).length, text.frames, text.index]);
  }
  return { texts, messages: frames.messages, close: Buffer.from(frames.closeBody ?? []).toString('hex') };
}

const EXPECTED = {
  texts: [
    [3, 1, 0],
    [70_200, 3, 1],
    [0, 1, 4],
  ],
  messages: 5,
  close: '03f478',
};

describe('the frames of a server', () => {
  it('are followed to the close frame, and not past it', () => {
    expect(followed([STREAM])).toEqual(EXPECTED);
  });

  it('are the same however they are cut into chunks', () => {
    const cuts = fc.array(
      fc.oneof(fc.nat(STREAM.length), fc.nat(230), fc.integer({ min: 70_200, max: STREAM.length })),
    );
    fc.assert(
      fc.property(cuts, positions => {
        const ends = [...positions.toSorted((one, other) => one - other), STREAM.length];
        const chunks = ends.map((end, index) => STREAM.subarray(ends[index - 1] ?? 0, end));
        expect(followed(chunks)).toEqual(EXPECTED);
      }),
    );
  });

  it('are followed, and not kept, past 1 MiB of a message', () => {
    const frames = new IncomingFrames();
    frames.push(frame(0x81, bytes(1024 * 1024 + 1)));
    expect(frames.messages).toBe(1);
    expect(frames.completed).toEqual([]);
  });
});
