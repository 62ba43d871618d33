import { describe, expect, it } from 'vitest';
import { ProgressBar } from './progress-bar.ts';

function terminal(isTTY: boolean) {
  const written: string[] = [];
  return { isTTY, columns: 80, written, write: (text: string) => written.push(text) };
}

describe('a progress bar', () => {
  it('says how much of the whole is done, and clears its line at the end', () => {
    const screen = terminal(true);
    const bar = new ProgressBar(screen, 'reading', 200);
    bar.add(50);
    expect(screen.written.at(-1)).toBe(`\rreading [${'='.repeat(8)}${' '.repeat(22)}] 25 %`);
    bar.add(150);
    expect(screen.written.at(-1)).toContain('100 %');
    bar.end();
    expect(screen.written.at(-1)).toBe('\r\u001b[K');
  });

  it('is drawn at most two hundred times', () => {
    const screen = terminal(true);
    const bar = new ProgressBar(screen, 'reading', 1_000_000);
    for (let done = 0; done < 1_000_000; done += 10) bar.add(10);
    expect(screen.written.length).toBeLessThanOrEqual(202);
  });

  it('writes nothing where there is no terminal', () => {
    const screen = terminal(false);
    const bar = new ProgressBar(screen, 'reading', 10);
    bar.add(10);
    bar.end();
    expect(screen.written).toEqual([]);
  });
});
