import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type CountSeries, countsFromCsv } from '@closewatch/analyzer';

const FOLDER = join(import.meta.dirname, 'counts');

/** A series in which experts marked outbreaks. */
export interface LabelledSeries {
  name: string;
  series: CountSeries;
  /** By bin. */
  outbreak: boolean[];
}

/** The series of a folder: CSV as backtest reads it, with a column `outbreak`. */
export async function labelledSeries(folder = FOLDER): Promise<LabelledSeries[]> {
  const files = readdirSync(folder)
    .filter(file => file.endsWith('.csv'))
    .sort();
  return Promise.all(
    files.map(async file => {
      const lines = readFileSync(join(folder, file), 'utf8').trim().split(/\r?\n/);
      const column = lines[0]!.split(',').indexOf('outbreak');
      const outbreak = lines.slice(1).map(line => line.split(',')[column] === '1');
      return { name: file.replace(/\.csv$/, ''), series: await countsFromCsv(lines), outbreak };
    }),
  );
}

/** What was flagged, beside what experts marked. */
export interface Tally {
  /** Outbreaks (runs of marked bins) of which a bin was flagged. */
  found: number;
  outbreaks: number;
  /** Alarms (runs of flagged bins) that hold no marked bin. */
  falseAlarms: number;
  /** Flagged bins that are not marked. */
  falseBins: number;
}

/** Adds up several series. */
export function tallyOf(judged: readonly { flagged: readonly boolean[]; outbreak: readonly boolean[] }[]): Tally {
  const tally: Tally = { found: 0, outbreaks: 0, falseAlarms: 0, falseBins: 0 };
  for (const { flagged, outbreak } of judged) {
    for (const run of runsOf(outbreak)) {
      tally.outbreaks++;
      if (flagged.slice(run.from, run.to).includes(true)) tally.found++;
    }
    for (const run of runsOf(flagged)) if (!outbreak.slice(run.from, run.to).includes(true)) tally.falseAlarms++;
    tally.falseBins += flagged.filter((is, bin) => is && !outbreak[bin]).length;
  }
  return tally;
}

function runsOf(bins: readonly boolean[]): { from: number; to: number }[] {
  const runs: { from: number; to: number }[] = [];
  for (const [bin, is] of bins.entries()) {
    const last = runs.at(-1);
    if (is && last?.to === bin) last.to++;
    else if (is) runs.push({ from: bin, to: bin + 1 });
  }
  return runs;
}
