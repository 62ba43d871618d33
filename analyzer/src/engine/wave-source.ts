import type { WaveSettings } from '../wave.ts';
import { isSettled } from './known-waves.ts';
import type { Said, ServiceMoment, VerdictSource } from './verdict-source.ts';
import { waveVerdict } from './wave-verdict.ts';

/** The waves as verdicts. */
export class WaveSource implements VerdictSource {
  private readonly settings: WaveSettings;

  constructor(settings: WaveSettings) {
    this.settings = settings;
  }

  say({ waves, now }: ServiceMoment): Said[] {
    return waves.map(wave => ({
      key: `wave ${wave.startedAt} ${wave.instances[0]!.instance}`,
      verdict: waveVerdict(wave, this.settings),
      isFinal: isSettled(wave, now),
    }));
  }
}
