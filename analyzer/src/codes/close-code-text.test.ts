import { describe, expect, it } from 'vitest';
import { closeCodeText } from './close-code-text.ts';
import { CLOSE_CODES } from './close-codes.ts';

describe('what is known about close codes', () => {
  it('is in the table once, in order', () => {
    const codes = CLOSE_CODES.map(entry => entry.code);
    expect(codes).toEqual([
      1000, 1001, 1002, 1003, 1004, 1005, 1006, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 1015, 3000, 3003, 3008,
    ]);
  });

  it('is that of its range where a code has none of its own, and nothing for what is no code', () => {
    expect(closeCodeText(4001)?.name).toBe('Private use (4000-4999)');
    expect(closeCodeText(1011)?.name).toBe('Internal Error');
    for (const none of [-1, 5_000, 1_000.5, Number.NaN]) expect(closeCodeText(none)).toBeNull();
  });
});
