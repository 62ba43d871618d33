import type { Config } from './config-schema.ts';

/** The analyzer's part of the configuration, in the analyzer's own names. */
export function analyzerSettings(config: Config) {
  return {
    page: {
      minClients: config.page.min_clients,
      minShare: config.page.min_share,
      minCohortShare: config.page.min_cohort_share,
    },
    budget: config.detection.budget,
    reconnectWindow: windowOf(config.reconnect),
    reconnectWindows: Object.fromEntries(
      Object.entries(config.reconnect.services).map(([service, window]) => [service, windowOf(window)]),
    ),
    neverBack: config.page.never_back,
  };
}

function windowOf(window: { window_from_seconds: number; window_to_seconds: number }): { from: number; to: number } {
  return { from: window.window_from_seconds, to: window.window_to_seconds };
}
