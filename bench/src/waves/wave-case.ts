import { type AnalyzedEvent, createEngine, type Verdict } from '@closewatch/analyzer';
import type { GaugeSample } from '@closewatch/collector';
import { drawBug, release } from './bug.ts';
import { Fleet } from './fleet.ts';
import { drawShape, type FleetShape } from './fleet-shape.ts';
import { Random } from './random.ts';
import { EPOCH, RowWriter } from './row-writer.ts';
import { FIRST_VERSION, type Played, play, type Truth } from './scenarios.ts';

/** Which case to play. */
export interface CaseOptions {
  truth: Truth;
  seed: number;
  /** Share of the closes whose code a proxy erases. */
  erased: number;
  /** Connections at most. */
  most: number;
  /** Of a `none`: nothing at all is done, not even what looks like a wave. */
  quiet?: boolean;
  /** A bug that is released so many seconds after the wave begins. */
  bugAfter?: number;
}

/** A history, and what it should be called. */
export interface WaveCase extends Played {
  shape: FleetShape;
  rows: readonly AnalyzedEvent[];
  gauges: readonly GaugeSample[];
  /** Seconds. */
  at: number;
  endsAt: number;
}

/** Usual life before anything is done, and after it. Seconds. */
const BEFORE = [420, 900] as const;
const AFTER = 1_500;

/** Plays one case. The same options give the same rows. */
export function playCase(options: CaseOptions): WaveCase {
  for (let draw = 0; ; draw += 1) {
    const drawn = drawCase(options, draw);
    if (drawn.isFair?.() ?? true) return drawn;
  }
}

function drawCase(options: CaseOptions, draw: number): WaveCase {
  const { truth, seed, erased, most, quiet = false, bugAfter } = options;
  const random = new Random(seed * 7_919 + 13 + draw * 1_000_003);
  const shape = drawShape(random, { most, erased });
  const writer = new RowWriter(shape, new Random(seed * 104_729 + 71));
  const fleet = new Fleet(shape, FIRST_VERSION, random, writer);
  const at = random.between(...BEFORE);
  const played = quiet ? { how: 'quiet', marker: null } : play(truth, fleet, at);
  if (bugAfter !== undefined) {
    const ofBug = new Random(seed * 31 + 5);
    release(fleet, drawBug(ofBug, at + bugAfter, shape.connections), ofBug);
  }
  fleet.runUntil(at + AFTER);
  return { ...played, shape, rows: writer.received(), gauges: writer.gauges, at, endsAt: at + AFTER };
}

/** What the engine says in the end. With `every` seconds it is asked all along, and what it said then is returned beside. */
export function judge(
  { rows, gauges, marker }: Pick<WaveCase, 'rows' | 'gauges' | 'marker'>,
  every: number | null = null,
) {
  const engine = createEngine();
  const markers = marker === null ? [] : [markerOf(marker)];
  engine.setMarkers(markers);
  const paged: Verdict[] = [];
  if (every !== null) {
    let next = 0;
    for (let time = EPOCH; next < rows.length; time += every * 1_000) {
      const first = next;
      while (next < rows.length && rows[next]!.receivedAt <= time) next += 1;
      engine.ingestGauges(gauges.filter(({ receivedAt }) => receivedAt <= time && receivedAt > time - every * 1_000));
      engine.ingest(rows.slice(first, next));
      paged.push(...engine.evaluate().filter(({ severity }) => severity === 'page'));
    }
  } else {
    engine.ingestGauges(gauges);
    engine.ingest(rows);
  }
  const verdicts = engine.evaluate();
  paged.push(...verdicts.filter(({ severity }) => severity === 'page'));
  return { verdicts, paged };
}

function markerOf({ version, at }: NonNullable<Played['marker']>) {
  const startedAt = EPOCH + Math.round(at * 1_000);
  return { id: 'm', service: 'gateway', environment: 'prod', version, startedAt, finishedAt: null, link: null };
}
