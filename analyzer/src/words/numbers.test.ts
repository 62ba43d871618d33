import { describe, expect, it } from 'vitest';
import { counted, duration, number, percent } from './numbers.ts';
import { plainText } from './plain-text.ts';

describe('numbers in words', () => {
  it.each([
    [12_431, '12,431'],
    [0, '0'],
    [0.8, '0.8'],
    [4.36, '4.4'],
    [0.0421, '0.042'],
    [267.4, '267'],
  ])('%d is %s', (value, text) => expect(number(value)).toBe(text));

  it('gives a count its noun', () => {
    expect(counted(1, 'client')).toBe('1 client');
    expect(counted(57, 'client')).toBe('57 clients');
  });

  it.each([
    [0.76, '76 %'],
    [0.997, '99.7 %'],
    [0.003, '0.3 %'],
    [0.0004, 'under 0.1 %'],
    [0.9999, 'over 99.9 %'],
    [1, '100 %'],
    [0, '0 %'],
  ])('a share of %d is %s', (share, text) => expect(percent(share)).toBe(text));

  it.each([
    [2.06, '2.1 s'],
    [14.2, '14 s'],
    [59.7, '1 min'],
    [360, '6 min'],
    [356, '5 min 56 s'],
    [7_500, '2 h 5 min'],
  ])('%d seconds are %s', (seconds, text) => expect(duration(seconds)).toBe(text));
});

describe('text from outside', () => {
  it('loses what could break a line or turn its direction, and stays plain', () => {
    expect(plainText('5.2.0\n\u202eevil\u0000 <b>')).toBe('5.2.0 evil <b>');
  });

  it('is cut at 60 characters, never inside one', () => {
    expect(plainText('🙂'.repeat(61))).toBe(`${'🙂'.repeat(59)}…`);
    expect(plainText('x'.repeat(60))).toBe('x'.repeat(60));
  });
});
