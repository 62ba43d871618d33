/** False alarms that one service may have in a year, by who gives them. */
export interface DetectionBudget {
  /** A change of the rate of payload bugs. */
  rate: number;
  /** A new version against the old one. */
  deploys: number;
  /** A change in some cohort alone. */
  cohorts: number;
  /** All close codes and handshake statuses together; they page nobody. */
  codes: number;
}

/** When a change of the payload-bug rate is a verdict, and when it is a page. */
export interface DetectSettings {
  budget: DetectionBudget;
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
  budget: { rate: 0.5, deploys: 0.3, cohorts: 0.2, codes: 1 },
  page: { minClients: 3, minShare: 0.0005, minCohortShare: 0.05 },
};
