import { appendFileSync, writeFileSync } from 'node:fs';
import { benchCounts } from './bench-counts.ts';
import { benchOracle } from './bench-oracle.ts';
import { benchPeers } from './bench-peers.ts';
import { benchQuiet } from './bench-quiet.ts';
import { type DetectionOptions, detectionOptions, HELP, type Section } from './options.ts';

/** Where figures go beside the tables that are printed: a line of JSON each. */
export type Figures = (section: Section, figure: object) => void;

const SECTIONS: Record<Section, (options: DetectionOptions, figures: Figures) => void | Promise<void>> = {
  counts: benchCounts,
  quiet: benchQuiet,
  oracle: benchOracle,
  peers: benchPeers,
};

/** Detector A measured: false pages, delays, peers, labelled counts. Prints tables in Markdown. */
export async function benchDetection(args: string[]): Promise<void> {
  const options = detectionOptions(args);
  if (options.help) return console.log(HELP);
  const { json } = options;
  if (json !== undefined) writeFileSync(json, '');
  const figures: Figures = (section, figure) => {
    if (json !== undefined) appendFileSync(json, `${JSON.stringify({ section, ...figure })}\n`);
  };
  for (const section of options.only) await SECTIONS[section](options, figures);
}
