import { DETECT_DEFAULTS, type DetectSettings } from '../detect/settings.ts';
import { DEFAULT_WAVE_SETTINGS, type WaveSettings } from '../wave.ts';

/** What an operator may set about verdicts. */
export interface EngineSettings {
  detect: DetectSettings;
  waves: WaveSettings;
}

export const DEFAULT_ENGINE_SETTINGS: EngineSettings = { detect: DETECT_DEFAULTS, waves: DEFAULT_WAVE_SETTINGS };
