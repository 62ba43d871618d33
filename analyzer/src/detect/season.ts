const HOUR = 3_600; // seconds
const SLOTS = 168;
const WEEK = SLOTS * HOUR;
/** Monday, 5 January 1970, 0:00 UTC: what slots are counted from does not matter, only that it stays. */
const MONDAY = 4 * 86_400;
/** Weight of a factor of 1, in expected events. */
const PRIOR_EVENTS = 20;
/** Flat until then: an hour of the week that was seen once is no season. */
const FLAT_FOR = 2 * WEEK;
/** The week's shape changes more slowly than its level. Seconds of its own hour: each is seen one hour a week. */
const HALF_LIFE = (8 * WEEK) / SLOTS;

/** How the rate goes up and down with the hour of the week (UTC): what came in each, and what a flat rate would have had. */
export interface Season {
  sick: Float64Array;
  mean: Float64Array;
}

export function freshSeason(): Season {
  return { sick: new Float64Array(SLOTS), mean: new Float64Array(SLOTS) };
}

export function cloneSeason({ sick, mean }: Season): Season {
  return { sick: sick.slice(), mean: mean.slice() };
}

/** The hour of the week of a time in epoch seconds. */
export function slotOf(time: number): number {
  return Math.floor((((time - MONDAY) % WEEK) + WEEK) / HOUR) % SLOTS;
}

/** Seconds from a time to the end of its hour. */
export function slotLeft(time: number): number {
  return HOUR - (((time % HOUR) + HOUR) % HOUR);
}

/** The factor of an hour of the week, shrunk toward 1 like a Gamma posterior; 1 in a service's first two weeks. */
export function seasonFactor({ sick, mean }: Season, slot: number, age: number): number {
  if (age < FLAT_FOR) return 1;
  return (PRIOR_EVENTS + sick[slot]!) / (PRIOR_EVENTS + mean[slot]!);
}

/** Takes in what came in some seconds of one hour of the week, and what the flat rate had in them. */
export function learnSeason(season: Season, slot: number, seconds: number, sick: number, mean: number): void {
  const kept = 2 ** (-seconds / HALF_LIFE);
  season.sick[slot] = season.sick[slot]! * kept + sick;
  season.mean[slot] = season.mean[slot]! * kept + mean;
}
