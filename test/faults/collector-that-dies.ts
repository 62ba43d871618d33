import { openSync, writeSync } from 'node:fs';
import { type CollectorPhase, createCollector, openDuckDbStore } from '@closewatch/collector';

/**
 * A real collector that kills itself with SIGKILL at a given point. Arguments: data folder, trace file, phase, how many times the phase passes
 * before it counts, and the milliseconds after it (for `commit_sent`: a point inside the commit). Every phase is
 * written to the trace file synchronously before anything else happens, so that the file proves where the process ended.
 * Prints its port.
 */
const [folder = '', traceFile = '', fatalPhase = '', occurrence = '1', delay = '0'] = process.argv.slice(2);
const trace = openSync(traceFile, 'a');
let remaining = Number(occurrence);
let delayMs = Number(delay);
let timer: NodeJS.Timeout | undefined;

function die(): void {
  process.kill(process.pid, 'SIGKILL');
}

function observe(phase: CollectorPhase): void {
  writeSync(trace, `${phase}\n`);
  if (phase === 'commit_end' && timer !== undefined) {
    // The commit was faster than the delay. The next one is met earlier, so that the point lies inside of it.
    clearTimeout(timer);
    timer = undefined;
    delayMs /= 2;
  }
  if (phase !== fatalPhase || timer !== undefined) return;
  remaining -= 1;
  if (remaining > 0) return;
  if (phase === 'commit_sent') timer = setTimeout(die, delayMs);
  else die();
}

const store = await openDuckDbStore({ folder });
const collector = createCollector({ store, port: 0, groupMs: 10, observe });
const { port } = await collector.start();
process.stdout.write(`${port}\n`);
