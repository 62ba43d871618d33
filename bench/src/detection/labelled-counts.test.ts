import { describe, expect, it } from 'vitest';
import { tallyOf } from './labelled-counts.ts';

const bins = (text: string) => [...text].map(letter => letter === '1');

describe('what was flagged beside what is marked', () => {
  it('counts outbreaks found, alarms without a marked bin, and flagged bins that are not marked', () => {
    const judged = [
      { outbreak: bins('0011100110'), flagged: bins('1001110000') },
      { outbreak: bins('0000'), flagged: bins('0110') },
    ];
    expect(tallyOf(judged)).toEqual({ found: 1, outbreaks: 2, falseAlarms: 2, falseBins: 4 });
  });
});
