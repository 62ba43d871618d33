import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CloseEvent } from '../close-event.ts';
import { closeEvent } from '../testdata/close-event.ts';
import { EventBatch } from './event-batch.ts';
import { murmurHash } from './murmur-hash.ts';
import { TextInterner, viewOf } from './text-interner.ts';

const events: CloseEvent[] = Array.from({ length: 40 }, (_, serial) =>
  closeEvent(serial + 1, {
    connectionId: serial % 2 === 0 ? 'b7ad6b7169203331' : `socket ${serial}`,
    payloadSignature: 'gzip',
    payloadOffset: 9_007_199_254_740_991,
    endedAt: 1_795_428_000_000.001,
    weight: serial + 1,
    trusted: serial % 3 === 0,
    clean: serial % 2 === 0,
  }),
);

describe('a batch of events', () => {
  it('gives back every field of every row, also after it has grown', () => {
    const batch = new EventBatch(new TextInterner(), 1);
    for (const event of events) batch.append(event);
    expect(batch.events()).toEqual(events);
  });

  it('leaves nothing of a row that was taken back', () => {
    const batch = EventBatch.of(events);
    batch.truncate(0);
    const row = batch.addRow();
    expect(Object.values(batch.eventAt(row)).filter(value => value !== null)).toEqual([1, false, true]);
  });
});

describe('interned texts', () => {
  it('have one id for one text, as bytes and as a string, and read as they were', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme', maxLength: 20 }), { maxLength: 5_000 }), texts => {
        const interner = new TextInterner();
        const ids = texts.map(text => interner.idOfString(text));
        expect(ids.map(id => interner.textOf(id))).toEqual(texts);
        expect(interner.texts).toBe(new Set(texts.filter(text => text !== '')).size);
        const bytes = Buffer.from(`--${texts[0] ?? ''}--`);
        expect(interner.idOf(viewOf(bytes), 2, bytes.length - 2)).toBe(ids[0] ?? 0);
      }),
      { numRuns: 50 },
    );
  });

  it('keep a hundred thousand apart', () => {
    const interner = new TextInterner();
    for (let serial = 0; serial < 100_000; serial++) interner.idOfString(`client-${serial}`);
    expect(interner.texts).toBe(100_000);
    expect(interner.textOf(interner.idOfString('client-77777'))).toBe('client-77777');
  });

  it('are UTF-8 whatever the bytes are: U+FFFD stands where they are wrong', () => {
    const interner = new TextInterner();
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 20 }), bytes => {
        const id = interner.idOf(viewOf(bytes), 0, bytes.length);
        expect(interner.textOf(id)).toBe(Buffer.from(bytes).toString('utf8'));
        expect(Buffer.from(interner.bytesOf(id)).equals(Buffer.from(interner.textOf(id)))).toBe(true);
        expect(interner.idOfString(interner.textOf(id))).toBe(id);
      }),
    );
    const [a, b] = [Uint8Array.of(0x61, 0xff, 0x62), Uint8Array.of(0x61, 0xfe, 0x62)];
    expect(interner.idOf(viewOf(a), 0, 3)).toBe(interner.idOf(viewOf(b), 0, 3));
  });

  it('are found without being added', () => {
    const interner = new TextInterner();
    const view = viewOf(Buffer.from('gateway'));
    expect(interner.find(view, 0, 7)).toBe(0);
    const id = interner.idOf(view, 0, 7);
    expect([interner.find(view, 0, 7), interner.find(view, 0, 6), interner.texts]).toEqual([id, 0, 1]);
  });

  it('keep their hash from one interner to the next', () => {
    const [one, other] = [new TextInterner(), new TextInterner()];
    other.idOfString('something before');
    expect(one.hashOf(one.idOfString('gateway'))).toBe(other.hashOf(other.idOfString('gateway')));
  });
});

describe('the hash of a text', () => {
  // Values of the reference implementation: https://github.com/aappleby/smhasher, as listed at https://en.wikipedia.org/wiki/MurmurHash
  it.each([
    ['', 0x00000001, 0x514e28b7],
    ['', 0xffffffff, 0x81f16f39],
    ['test', 0x00000000, 0xba6bd213],
    ['test', 0x9747b28c, 0x704b81dc],
    ['Hello, world!', 0x00000000, 0xc0363e43],
    ['Hello, world!', 0x9747b28c, 0x24884cba],
    ['The quick brown fox jumps over the lazy dog', 0x9747b28c, 0x2fa826cd],
  ])('of "%s" with the seed %i is as published', (text, seed, hash) => {
    const bytes = Buffer.from(text);
    expect(murmurHash(viewOf(bytes), 0, bytes.length, seed)).toBe(hash);
  });
});
