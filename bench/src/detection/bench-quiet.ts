import { DISPERSIONS } from './base-rates.ts';
import type { Figures } from './detection.ts';
import type { DetectionOptions } from './options.ts';
import { quietYears } from './quiet-years.ts';
import { rateInterval } from './rate-interval.ts';
import { DAYS } from './simulation/service-days.ts';
import { head, row } from './table.ts';

const COMBINATIONS = DAYS.length * DISPERSIONS.length;
/** Seconds of work for a service-year are about in proportion to its bins with something in them: fewer years where all have. */
const QUICK_YEARS = 12;
const QUICK_EVENTS = 3e5;
const YEAR = 365.25 * 86_400;

/**
 * False pages a service-year of services without a bug, from their first second on; half of the years lively: daily traffic from 0.4 to 1.6, a weekly season of 30 % in the rate,
 * traffic steps of 3x, three deploys a week that bring everybody back within a minute, half of the bugs at an open.
 */
export function benchQuiet(options: DetectionOptions, figures: Figures): void {
  console.log('\n## False pages a service-year, without a bug');
  console.log(head('base rate', 'service-years', 'flat', 'lively', 'all', '95 % interval'));
  for (const { name, perSecond } of options.rates) {
    const wanted = options.years ?? Math.min(QUICK_YEARS, Math.max(0.3, QUICK_EVENTS / (perSecond * YEAR)));
    // Services live a year at most, so that a good part of the time is somebody's first weeks.
    const services = Math.ceil(wanted / COMBINATIONS);
    const years = Math.min(1, wanted / COMBINATIONS);
    const pages = DAYS.map(() => 0);
    // Kinds of days and dispersions in turn, so that what is written so far is of all of them.
    for (let service = 0; service < services; service++)
      for (const [place, days] of DAYS.entries())
        for (const dispersion of DISPERSIONS) {
          const seed = options.seed * 1_000_003 + service;
          const outcome = quietYears({ perSecond, dispersion, days, years, seed });
          figures('quiet', { baseRate: name, dispersion, days: days.name, years, seed, ...outcome });
          pages[place]! += outcome.pages;
        }
    const byDays = pages.map(count => rateInterval(count, services * years * DISPERSIONS.length));
    const all = rateInterval(
      byDays.reduce((sum, { events }) => sum + events, 0),
      byDays.reduce((sum, one) => sum + one.years, 0),
    );
    const [flat, lively] = byDays;
    console.log(
      row(
        name,
        all.years.toFixed(1),
        flat!.perYear.toFixed(2),
        lively!.perYear.toFixed(2),
        all.perYear.toFixed(2),
        `${all.low.toFixed(2)} to ${all.high.toFixed(2)}`,
      ),
    );
  }
}
