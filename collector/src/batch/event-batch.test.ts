import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CloseEvent } from '../close-event.ts';
import { closeEvent } from '../testdata/close-event.ts';
import { EventBatch } from './event-batch.ts';
import { TextInterner } from './text-interner.ts';

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
        expect(interner.idOf(bytes, 2, bytes.length - 2)).toBe(ids[0] ?? 0);
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

  it('read as U+FFFD where the bytes are not UTF-8', () => {
    const interner = new TextInterner();
    expect(interner.textOf(interner.idOf(Uint8Array.of(0x61, 0xff, 0x62), 0, 3))).toBe('a\ufffdb');
  });
});
