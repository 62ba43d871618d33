import type { Config } from './config-schema.ts';

/** The analyzer's part of the configuration, in the analyzer's own names. */
export function analyzerSettings(config: Config) {
  return {
    page: {
      minClients: config.page.min_clients,
      minShare: config.page.min_share,
      minCohortShare: config.page.min_cohort_share,
    },
    falseAlarmsPerYear: config.detection.false_alarms_per_year,
    reconnectWindow: { from: config.reconnect.window_from_seconds, to: config.reconnect.window_to_seconds },
  };
}
