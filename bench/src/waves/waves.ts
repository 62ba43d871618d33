import { parseArgs } from 'node:util';
import { bugsInWaves } from './bugs-in-waves.ts';
import { pagesInCleanWaves } from './clean-waves.ts';
import { confusionOf, confusionTable, shareText } from './confusion.ts';

/** Seeds from here on were never looked at while anything was tuned. */
const TEST_SEEDS = 2_000_000;
const HALF_ERASED = 0.5;

const HELP = `npm run bench -- waves [--cases N] [--bugs N] [--clean N] [--most N] [--seed N] [--wrong] [--json]

Plays fleets (1 to 50 instances, rolls, kills, crash loops, network drops, proxy reloads) through the engine and prints how often it names them rightly,
with clean codes and with half of the codes erased; which bugs are missed inside waves; and which clean waves page.

--cases   of each kind, for each of the two matrices (60)
--bugs    that begin inside a wave (0 leaves them out; 1000 take some minutes)
--clean   waves that may not page (0 leaves them out)
--most    connections of a fleet at most (400)
--seed    first seed (${TEST_SEEDS}: held out; smaller ones are for tuning)
--wrong   lists what was wrong
--json    one object instead of tables`;

/** Prints the figures of waves. */
export async function benchWaves(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      cases: { type: 'string', default: '60' },
      bugs: { type: 'string', default: '0' },
      clean: { type: 'string', default: '0' },
      most: { type: 'string', default: '400' },
      seed: { type: 'string', default: `${TEST_SEEDS}` },
      wrong: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(HELP);
    return;
  }
  const [cases, bugs, clean, most, firstSeed] = [values.cases, values.bugs, values.clean, values.most, values.seed].map(
    Number,
  ) as [number, number, number, number, number];
  const matrices = cases === 0 ? [] : [0, HALF_ERASED].map(erased => confusionOf({ cases, firstSeed, erased, most }));
  const inside = bugs === 0 ? null : bugsInWaves({ bugs, firstSeed, most });
  const pages = clean === 0 ? null : pagesInCleanWaves({ waves: clean, firstSeed, most });
  if (values.json) {
    console.log(JSON.stringify({ cases, most, firstSeed, matrices, inside, clean, pages }));
    return;
  }
  console.log(`Fleets of at most ${most} connections, seeds from ${firstSeed} on.`);
  for (const matrix of matrices) {
    console.log(
      `\n## ${matrix.erased === 0 ? 'Codes as they were sent' : `${matrix.erased * 100} % of the codes erased (1005, 1006)`}\n`,
    );
    console.log(confusionTable(matrix));
    if (values.wrong) console.log(`\n${matrix.wrong.join('\n')}`);
  }
  if (inside !== null) {
    const { foundWithout, foundWith, missed, delayWith, delayWithout } = inside;
    console.log(
      `\n## Bugs inside waves\n\nFound without a wave: ${foundWithout} of ${bugs}, after ${delayWithout.toFixed(0)} s (median); inside one: ${foundWith}, after ${delayWith.toFixed(0)} s.`,
    );
    console.log(
      `Missed of those that are found without: ${missed.length === 0 ? 'none' : missed.join(', ')}; ${shareText(missed.length, foundWithout)}.`,
    );
  }
  if (pages !== null)
    console.log(
      `\n## Clean waves\n\nPaged: ${shareText(pages.length, clean)}${pages.length === 0 ? '' : `\n${pages.join('\n')}`}`,
    );
}
