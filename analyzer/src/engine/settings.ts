import { DETECT_DEFAULTS, type DetectionBudget, type DetectSettings } from '../detect/settings.ts';
import { DEFAULT_WAVE_SETTINGS, type WaveSettings } from '../wave.ts';

/** What an operator may set about verdicts; what is left out has its default. */
export type AnalyzerSettings = Partial<Omit<DetectSettings, 'budget'>> &
  Partial<WaveSettings> & {
    /** What is left out has its default. */
    budget?: Partial<DetectionBudget>;
    /** Windows of services whose clients are expected back at other times than the rest. */
    reconnectWindows?: Readonly<Record<string, WaveSettings['reconnectWindow']>>;
  };

/** The same, complete, and by the part that it is for. */
export interface EngineSettings {
  detect: DetectSettings;
  waves: WaveSettings;
  reconnectWindows: ReadonlyMap<string, WaveSettings['reconnectWindow']>;
}

export function engineSettings(given: AnalyzerSettings): EngineSettings {
  const { detect, waves } = { detect: DETECT_DEFAULTS, waves: DEFAULT_WAVE_SETTINGS };
  return {
    detect: {
      budget: { ...detect.budget, ...given.budget },
      page: { ...detect.page, ...given.page },
    },
    waves: {
      reconnectWindow: given.reconnectWindow ?? waves.reconnectWindow,
      neverBack: given.neverBack ?? waves.neverBack,
      instanceGap: given.instanceGap ?? waves.instanceGap,
      minCloses: given.minCloses ?? waves.minCloses,
    },
    reconnectWindows: new Map(Object.entries(given.reconnectWindows ?? {})),
  };
}

/** The settings as they are for one service. */
export function settingsOf(settings: EngineSettings, service: string): EngineSettings {
  const reconnectWindow = settings.reconnectWindows.get(service) ?? settings.waves.reconnectWindow;
  return { ...settings, waves: { ...settings.waves, reconnectWindow } };
}
