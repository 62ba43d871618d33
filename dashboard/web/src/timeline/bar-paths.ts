import type { SeriesBin } from '@closewatch/analyzer';
import { stack } from 'd3-shape';
import { type CodeKey, closesByKey, STACK } from '../close-codes.ts';

/** From time or count to pixels. */
export type Scale = (value: number) => number;

/** Room between two bars, pixels. */
const BETWEEN = 1.25;

/** The outline of all bars of one kind: one path, however many bars. */
export interface BarPath {
  key: CodeKey;
  d: string;
}

/** The stack of all closes: one path a code, bottom to top; codes without a close have none. */
export function stackPaths(bins: readonly SeriesBin[], binSeconds: number, x: Scale, y: Scale): BarPath[] {
  const counts = bins.map(bin => ({ at: Date.parse(bin.time), ...closesByKey(bin) }));
  const layers = stack<(typeof counts)[number], CodeKey>()
    .keys(STACK)
    .value((count, key) => count[key])(counts);
  return layers
    .map(layer => ({
      key: layer.key,
      d: layer.map(part => bar(part.data.at, part[0], part[1], binSeconds, x, y)).join(''),
    }))
    .filter(path => path.d !== '');
}

/** Payload bugs: `own` closed as 1007, `equivalents` under another code and stand on top of them. */
export function bugPaths(bins: readonly SeriesBin[], binSeconds: number, x: Scale, y: Scale) {
  let own = '';
  let equivalents = '';
  for (const bin of bins) {
    const at = Date.parse(bin.time);
    const asOwn = bin.payloadBugs - bin.payloadEquivalents;
    own += bar(at, 0, asOwn, binSeconds, x, y);
    // Hollow: drawn as an outline, so it lies half a line further inside.
    equivalents += bar(at, asOwn, bin.payloadBugs, binSeconds, x, y, 0.75);
  }
  return { own, equivalents };
}

/** The expectation as a line of steps. */
export function expectedPath(bins: readonly SeriesBin[], binSeconds: number, x: Scale, y: Scale): string {
  return bins
    .map((bin, index) => {
      const at = Date.parse(bin.time);
      return `${index === 0 ? 'M' : 'L'}${px(x(at))} ${px(y(bin.expected))}H${px(x(at + binSeconds * 1000))}`;
    })
    .join('');
}

function bar(at: number, low: number, high: number, binSeconds: number, x: Scale, y: Scale, inset = 0): string {
  if (high <= low) return '';
  const left = x(at) + BETWEEN / 2 + inset;
  const right = x(at + binSeconds * 1000) - BETWEEN / 2 - inset;
  // A single close among thousands is still a line that can be seen.
  const bottom = y(low) - inset;
  const top = Math.min(y(high) + inset, bottom - 1);
  return `M${px(left)} ${px(bottom)}V${px(top)}H${px(Math.max(right, left + 0.5))}V${px(bottom)}Z`;
}

function px(value: number): number {
  return Math.round(value * 100) / 100;
}
