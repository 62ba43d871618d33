import { type AnalyzedEvent, createEngine, type Engine } from '@closewatch/analyzer';
import { EventBatch } from '@closewatch/collector';
import { spreadOf, textOfSpread } from '../spread.ts';
import { steadyFleet } from './steady-fleet.ts';

const HOUR = 3_600; // seconds
const BEGINS = Date.parse('2026-11-20');
/** Ticks that are measured, a second each, after some that are not. */
const TICKS = 60;
const UNMEASURED = 10;

/** What a second's tick costs: its rows taken in, and everything that is said evaluated. */
export function measureTicks(seed: number): void {
  console.log(`a tick of one second: its rows taken in and all evaluated; ms, median (min to max) of ${TICKS}\n`);
  console.log('| history | open connections | closes a second | a tick |');
  console.log('|---|---|---|---|');
  for (const [name, seconds] of [
    ['1 h', HOUR],
    ['1 day', 24 * HOUR],
    ['7 days', 7 * 24 * HOUR],
  ] as const)
    row(name, seconds, { seed, open: 1_000, cohorts: 10 });
  for (const open of [10_000, 100_000]) row('10 min', 600, { seed, open, cohorts: 10 });
}

/** What a second costs in which a client of each of many cohorts falls sick. */
export function measureCohorts(seed: number): void {
  console.log('\n| cohorts with a sick client in one second | that second |\n|---|---|');
  for (const cohorts of [100, 1_000, 10_000]) cohortRow(cohorts, seed);
}

interface Fleet {
  seed: number;
  open: number;
  cohorts: number;
}

function row(name: string, seconds: number, fleet: Fleet): void {
  const rows = steadyFleet({ ...fleet, begins: BEGINS });
  const engine = createEngine();
  for (let second = 0; second < seconds; second++) take(engine, rows.next().value);
  engine.evaluate(BEGINS + seconds * 1_000);
  const times: number[] = [];
  for (let tick = 0; tick < UNMEASURED + TICKS; tick++) {
    const batch = EventBatch.of(rows.next().value as never);
    const began = performance.now();
    engine.ingest(batch);
    engine.evaluate(BEGINS + (seconds + tick + 11) * 1_000);
    if (tick >= UNMEASURED) times.push(performance.now() - began);
  }
  const closes = fleet.open / 100;
  console.log(`| ${name} | ${fleet.open.toLocaleString('en')} | ${closes} | ${textOfSpread(spreadOf(times), 1)} |`);
}

function take(engine: Engine, events: readonly AnalyzedEvent[]): void {
  if (events.length > 0) engine.ingest(events);
}

/** A service of as many client versions, one client of each of which falls sick in the same second. */
function cohortRow(cohorts: number, seed: number): void {
  const rows = steadyFleet({ seed, open: cohorts * 2, cohorts, begins: BEGINS });
  const engine = createEngine();
  const history = 300; // seconds
  for (let second = 0; second < history; second++) take(engine, rows.next().value);
  engine.evaluate(BEGINS + history * 1_000);
  const sick = EventBatch.of(rows.next(true).value as never);
  const began = performance.now();
  engine.ingest(sick);
  engine.evaluate(BEGINS + (history + 11) * 1_000);
  console.log(`| ${cohorts.toLocaleString('en')} | ${(performance.now() - began).toFixed(1)} ms |`);
}
