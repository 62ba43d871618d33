import { Random } from './random.ts';
import { EPOCH } from './row-writer.ts';
import { TRUTHS, type Truth } from './scenarios.ts';
import { judge, playCase, type WaveCase } from './wave-case.ts';

/** Of bugs that begin inside a wave. */
export interface BugsInWaves {
  bugs: number;
  foundWithout: number;
  foundWith: number;
  /** Found where there is no wave, and not inside one. */
  missed: string[];
  /** Seconds from the bug's begin to its detection: median, with and without a wave. */
  delayWith: number;
  delayWithout: number;
}

const KINDS = TRUTHS.filter(truth => truth !== 'none');

/** Each bug twice: inside a wave (of each kind in turn), and with the same fleet and the same clients where nothing else is done. */
export function bugsInWaves({ bugs, firstSeed, most }: { bugs: number; firstSeed: number; most: number }): BugsInWaves {
  const result: BugsInWaves = { bugs, foundWithout: 0, foundWith: 0, missed: [], delayWith: 0, delayWithout: 0 };
  const delays: { with: number[]; without: number[] } = { with: [], without: [] };
  for (let seed = firstSeed; seed < firstSeed + bugs; seed += 1) {
    const truth = KINDS[seed % KINDS.length]!;
    const after = new Random(seed).between(0, 60);
    const without = delayOf(playCase({ truth: 'none', quiet: true, seed, erased: 0, most, bugAfter: after }), after);
    const inside = delayOf(playCase({ truth: truth as Truth, seed, erased: 0, most, bugAfter: after }), after);
    if (without !== null) {
      result.foundWithout += 1;
      delays.without.push(without);
    }
    if (inside !== null) {
      result.foundWith += 1;
      delays.with.push(inside);
    }
    if (without !== null && inside === null) result.missed.push(`${truth} ${seed}`);
  }
  result.delayWith = median(delays.with);
  result.delayWithout = median(delays.without);
  return result;
}

/** Seconds from the begin of the bug to the detection of a payload bug; null where none was. */
function delayOf(played: WaveCase, bugAfter: number): number | null {
  const beganAt = EPOCH + (played.at + bugAfter) * 1_000;
  const found = judge(played).verdicts.find(
    ({ kind, detectedAt }) => kind === 'payload_bug' && Date.parse(detectedAt) >= beganAt,
  );
  return found === undefined ? null : (Date.parse(found.detectedAt) - beganAt) / 1_000;
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
