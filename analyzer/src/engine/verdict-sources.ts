import { CloseSpikeSource } from './close-spike-source.ts';
import { IdleTimeoutSource } from './idle-timeout-source.ts';
import { PayloadBugSource } from './payload-bug-source.ts';
import { ReconnectFailureSource } from './reconnect-failure-source.ts';
import type { EngineSettings } from './settings.ts';
import type { VerdictSource } from './verdict-source.ts';
import { WaveSource } from './wave-source.ts';

/** The sources of everything that is said of one service in one environment. A new kind of verdict is a line here. */
export function verdictSources({ detect, waves }: EngineSettings): VerdictSource[] {
  return [
    new WaveSource(waves),
    new ReconnectFailureSource(),
    new IdleTimeoutSource(),
    new CloseSpikeSource(detect.budget.codes),
    new PayloadBugSource(detect.budget.rate),
  ];
}
