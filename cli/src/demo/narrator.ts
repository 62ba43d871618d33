import type { Verdict, VerdictEvent } from '@closewatch/analyzer';
import type { RunningServe } from '../serve.ts';

/** Tells the demo's story on a terminal: what the fleet does at the left, what Closewatch says of it behind an arrow. */
export function narrator(say: (line: string) => void) {
  const started = performance.now();
  const clock = (seconds = (performance.now() - started) / 1000) => `${seconds.toFixed(0).padStart(4)} s`;
  return {
    ready(running: RunningServe): void {
      say(`Dashboard: http://${running.dashboard.host}:${running.dashboard.port}`);
      say(`OTLP/HTTP: http://${running.ingest.host}:${running.ingest.port}/v1/traces\n`);
    },
    fleet(_at: number, text: string): void {
      say(`${clock()}  ${text}`);
    },
    verdict(event: VerdictEvent): void {
      const { kind, severity, headline, status } = event.data;
      say(`${clock()}      → ${event.type.replace('verdict.', '')}: ${headline}  [${kind}, ${severity}, ${status}]`);
    },
    page(event: VerdictEvent): void {
      say(`${clock()}      ☎ somebody's pager rings (${event.type}): ${event.data.headline}`);
    },
    /** Says how it ended; returns the exit code. */
    result(problems: readonly string[], verdicts: readonly Verdict[]): number {
      say('');
      for (const verdict of verdicts) say(`${verdict.kind}: ${verdict.headline}`);
      if (problems.length === 0)
        say('\nThe verdicts are right: they match what the fleet did, and a replay of its history gives the same.');
      else say(`\nThe verdicts are not right:\n${problems.map(problem => `  ${problem}`).join('\n')}`);
      return problems.length === 0 ? 0 : 1;
    },
  };
}
