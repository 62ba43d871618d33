import type { EventBatch, GaugeSample } from '@closewatch/collector';
import { createEngine } from './engine/engine.ts';
import type { AnalyzerSettings } from './engine/settings.ts';
import type { AnalyzedEvent } from './facts/analyzed-event.ts';
import type { Verdict } from './verdict.ts';

/**
 * History in, verdicts out (batches of rows, and samples of gauges where there are any): each once, in its final state, by start. What still runs at the last row has no end. The same
 * engine as live; memory is bounded by 45 minutes of event time and the open connections, however long the history is.
 */
export async function replay(
  history: AsyncIterable<EventBatch | readonly AnalyzedEvent[] | { gauges: readonly GaugeSample[] }>,
  settings: AnalyzerSettings = {},
): Promise<Verdict[]> {
  const engine = createEngine(settings);
  for await (const batch of history) {
    if ('gauges' in batch) engine.ingestGauges(batch.gauges);
    else engine.ingest(batch);
  }
  return engine.evaluate();
}
