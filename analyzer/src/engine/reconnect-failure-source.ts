import { isSettled } from './known-waves.ts';
import { reconnectFailureVerdict } from './reconnect-failure-verdict.ts';
import type { Said, ServiceMoment, VerdictSource } from './verdict-source.ts';

/** The waves whose clients don't come back, each as a verdict of its own beside the wave's. */
export class ReconnectFailureSource implements VerdictSource {
  say({ waves, now }: ServiceMoment): Said[] {
    return waves.flatMap(wave => {
      if (wave.failure === null) return [];
      const verdict = reconnectFailureVerdict(wave, wave.failure);
      return [{ key: `reconnect ${wave.startedAt}`, verdict, isFinal: isSettled(wave, now) }];
    });
  }
}
