/** When a change of the payload-bug rate is a verdict, and when it is a page. */
export interface DetectSettings {
  /** False alarms that one service may have in a year. */
  falseAlarmsPerYear: number;
  page: {
    /** Distinct clients from which on it may page. */
    minClients: number;
    /** Share of the service's clients of the last hour from which on it pages. */
    minShare: number;
    /** Or share of the cohort's clients. */
    minCohortShare: number;
  };
}

export const DETECT_DEFAULTS: DetectSettings = {
  falseAlarmsPerYear: 0.5,
  page: { minClients: 3, minShare: 0.0005, minCohortShare: 0.05 },
};
