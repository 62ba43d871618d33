const HOUR = 3_600; // seconds
const DAY = 24 * HOUR;
const WEEK = 7 * DAY;
const YEAR = 365.25 * DAY;
/** Monday, 5 January 1970, 0:00 UTC: what slots are counted from does not matter, only that it stays. */
const MONDAY = 4 * DAY;
/** Weight of a factor of 1, in expected events. */
const PRIOR_EVENTS = 20;

/** A period that the rate may go up and down with, in slots of one length. Times in seconds. */
export interface SeasonShape {
  slots: number;
  slotSeconds: number;
  /** Flat until then: a slot that was seen once is no season, unless its neighbours speak for it. */
  flatFor: number;
  /** The shape changes more slowly than the level. Seconds of the slot's own: each is seen once a period. */
  halfLife: number;
  /** Slots on each side that a slot is judged together with. */
  reach: number;
  /**
   * What an alarm teaches: at most so many times what was expected. A peak that comes every year would be an alarm for ever
   * if alarms taught nothing. Null: nothing.
   */
  alarmsTeach: number | null;
}

export const HOUR_OF_WEEK: SeasonShape = {
  slots: 168,
  slotSeconds: HOUR,
  flatFor: 2 * WEEK,
  halfLife: 8 * HOUR,
  reach: 0,
  alarmsTeach: null,
};
export const DAY_OF_WEEK: SeasonShape = { ...HOUR_OF_WEEK, slots: 7, slotSeconds: DAY, halfLife: 8 * DAY };
/** Three weeks on each side, as Farrington takes them: https://doi.org/10.2307/2983331. */
export const WEEK_OF_YEAR: SeasonShape = {
  slots: 52,
  slotSeconds: YEAR / 52,
  flatFor: YEAR,
  halfLife: 4 * (YEAR / 52),
  reach: 3,
  alarmsTeach: 4,
};

/** How the rate goes up and down: what came in each slot, and what a flat rate would have had. */
export interface Season {
  shape: SeasonShape;
  sick: Float64Array;
  mean: Float64Array;
}

export function freshSeason(shape: SeasonShape): Season {
  return { shape, sick: new Float64Array(shape.slots), mean: new Float64Array(shape.slots) };
}

export function cloneSeason({ shape, sick, mean }: Season): Season {
  return { shape, sick: sick.slice(), mean: mean.slice() };
}

/** The slot of a time in epoch seconds. */
export function slotOf({ slots, slotSeconds }: SeasonShape, time: number): number {
  const period = slots * slotSeconds;
  return Math.floor((((time - MONDAY) % period) + period) / slotSeconds) % slots;
}

/** Seconds from a time to the end of its hour. */
export function hourLeft(time: number): number {
  return HOUR - (((time % HOUR) + HOUR) % HOUR);
}

/** The factor of a time, shrunk toward 1 like a Gamma posterior; 1 while the season is not known. */
export function seasonFactor({ shape, sick, mean }: Season, time: number, age: number): number {
  const { flatFor, reach, slots } = shape;
  if (age < flatFor) return 1;
  const slot = slotOf(shape, time);
  let [came, expected] = [sick[slot]!, mean[slot]!];
  for (let away = 1; away <= reach; away++)
    for (const other of [(slot + away) % slots, (slot - away + slots) % slots]) {
      came += sick[other]!;
      expected += mean[other]!;
    }
  return (PRIOR_EVENTS + came) / (PRIOR_EVENTS + expected);
}

/** Takes in what came in some seconds of one slot, and what the flat rate had in them. */
export function learnSeason(
  { shape, sick: came, mean: expected }: Season,
  time: number,
  seconds: number,
  sick: number,
  mean: number,
): void {
  const slot = slotOf(shape, time);
  const kept = 2 ** (-seconds / shape.halfLife);
  came[slot] = came[slot]! * kept + sick;
  expected[slot] = expected[slot]! * kept + mean;
}
