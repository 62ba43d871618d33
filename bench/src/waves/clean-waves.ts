import type { Truth } from './scenarios.ts';
import { judge, playCase } from './wave-case.ts';

/** Kinds after which all clients come back: none of them may wake anybody. */
const CLEAN: readonly Truth[] = ['deploy_wave', 'restart_wave', 'unexpected_restart', 'network_drop', 'proxy_reload'];
/** The engine is asked every so many seconds of event time: a page that is taken back has been sent. */
const EVERY = 10;

/** Waves without a bug in turn, and the pages that were sent at any moment. */
export function pagesInCleanWaves({
  waves,
  firstSeed,
  most,
}: {
  waves: number;
  firstSeed: number;
  most: number;
}): string[] {
  const pages: string[] = [];
  for (let seed = firstSeed; seed < firstSeed + waves; seed += 1) {
    const truth = CLEAN[seed % CLEAN.length]!;
    const played = playCase({ truth, seed, erased: seed % 2 === 0 ? 0 : 0.5, most });
    const { paged } = judge(played, EVERY);
    if (paged.length > 0)
      pages.push(`${truth} ${seed}: ${[...new Set(paged.map(({ kind }) => kind))].join(', ')} (${played.how})`);
  }
  return pages;
}
