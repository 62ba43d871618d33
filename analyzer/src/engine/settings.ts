import { DETECT_DEFAULTS, type DetectSettings } from '../detect/settings.ts';
import { DEFAULT_WAVE_SETTINGS, type WaveSettings } from '../wave.ts';

/** What an operator may set about verdicts; what is left out has its default. */
export type AnalyzerSettings = Partial<DetectSettings> & Partial<WaveSettings>;

/** The same, complete, and by the part that it is for. */
export interface EngineSettings {
  detect: DetectSettings;
  waves: WaveSettings;
}

export function engineSettings(given: AnalyzerSettings): EngineSettings {
  const { detect, waves } = { detect: DETECT_DEFAULTS, waves: DEFAULT_WAVE_SETTINGS };
  return {
    detect: {
      falseAlarmsPerYear: given.falseAlarmsPerYear ?? detect.falseAlarmsPerYear,
      page: { ...detect.page, ...given.page },
    },
    waves: {
      reconnectWindow: given.reconnectWindow ?? waves.reconnectWindow,
      instanceGap: given.instanceGap ?? waves.instanceGap,
      minCloses: given.minCloses ?? waves.minCloses,
    },
  };
}
