import { parseArgs } from 'node:util';
import { expectedBugs } from '../../../analyzer/src/attribution/expected-bugs.ts';
import { explainExcess } from '../../../analyzer/src/attribution/explain-excess.ts';
import { type Case, simulateCase } from './case.ts';
import { costReport } from './cost.ts';
import { type Grade, gradeOf } from './grade.ts';
import { reportOf } from './report.ts';

const HELP = `npm run bench -- attribution [--cases N] [--seeds tuning|test] [--show GRADE] [--json]

Simulated fleets with a bug of a known cohort, through the analyzer's own attribution: how often it names the cohort, by the number of sick
clients and of terms, and how often it names a wrong one. Figures that are quoted come from the test seeds; rules were tuned on the others.
  --cases N    cases of each number of terms, 0 to 3 (default 500)
  --seeds S    tuning or test (default test)
  --usual U    whose bugs come anyway: everybody, or version: those of one client version beside the cause (default everybody)
  --show G     print the cases of a grade: first, listed, wider, silent, wrong
  --json       one JSON object a case
  --cost       what it costs at an alarm instead, over up to 100,000 connections and 10,000 values`;

/** The first seed of each set; a set never reaches the next. */
const FIRST_SEED = { tuning: 1, test: 1_000_000 } as const;

/** One case with its grade and what it cost. */
export interface GradedCase {
  one: Case;
  grade: Grade;
  /** Of the attribution alone. */
  milliseconds: number;
}

export function benchAttribution(args: readonly string[]): void {
  const { values } = parseArgs({
    args: [...args],
    options: {
      cases: { type: 'string', default: '500' },
      seeds: { type: 'string', default: 'test' },
      show: { type: 'string' },
      usual: { type: 'string', default: 'everybody' },
      json: { type: 'boolean', default: false },
      cost: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(HELP);
    return;
  }
  if (values.cost) {
    console.log(costReport());
    return;
  }
  if (!/^[1-9]\d*$/.test(values.cases))
    throw new RangeError(`expected --cases to be a whole number from 1 on, got "${values.cases}"`);
  if (values.seeds !== 'tuning' && values.seeds !== 'test')
    throw new RangeError(`expected --seeds to be tuning or test, got "${values.seeds}"`);
  if (values.usual !== 'everybody' && values.usual !== 'version')
    throw new RangeError(`expected --usual to be everybody or version, got "${values.usual}"`);
  const graded: GradedCase[] = [];
  for (const terms of [0, 1, 2, 3]) {
    const from = FIRST_SEED[values.seeds] + terms * 200_000;
    let found = 0;
    for (let seed = from; found < Number(values.cases); seed++) {
      const one = simulateCase(seed, terms, values.usual === 'version' ? 'one_version' : 'everybody');
      if (one === null) continue;
      found++;
      graded.push(gradeCase(one, { json: values.json, show: values.show }));
    }
  }
  if (!values.json) console.log(reportOf(graded, values.seeds));
}

function gradeCase(one: Case, { json, show }: { json: boolean; show: string | undefined }): GradedCase {
  const begin = performance.now();
  const attribution = explainExcess(one.bugs, one.population, one.expected, expectedBugs, one.earlier);
  const milliseconds = performance.now() - begin;
  const grade = gradeOf(one, attribution);
  if (json || grade === show) {
    const { seed, cause, events, expected, loosestTerm } = one;
    const facts = {
      seed,
      grade,
      events,
      bugs: one.bugs.length,
      population: one.population.length,
      expected,
      loosestTerm,
    };
    console.log(JSON.stringify({ ...facts, cause, ...attribution, deploy: one.shape.deploy }));
  }
  // What is graded is kept; the connections of thousands of fleets are not.
  return { one: { ...one, bugs: [], population: [] }, grade, milliseconds };
}
