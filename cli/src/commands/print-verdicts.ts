import type { Verdict } from '@closewatch/analyzer';

/** A verdict as one line of JSON, as `--json` prints it. */
export function verdictAsJsonLine(verdict: Verdict): string {
  return `${JSON.stringify(verdict)}\n`;
}

/** A verdict in words, for a terminal. */
export function verdictAsText(verdict: Verdict): string {
  const until = verdict.endedAt ?? 'now';
  return [
    `${verdict.severity.toUpperCase()}  ${verdict.headline}`,
    `  ${verdict.kind}, ${verdict.status}, ${verdict.startedAt} to ${until}, ${(verdict.confidence * 100).toFixed(1)} % sure`,
    ...verdict.evidence.map(line => `  + ${line}`),
    ...verdict.dismissed.map(line => `  - ${line}`),
    `  To mend it: ${verdict.mend}`,
    '',
  ].join('\n');
}
