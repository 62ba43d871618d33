const MINUTE = 60; // bins
const HOUR = 60; // minutes

/** Most connections open at once in each of the last 60 minutes, newest last, and the minute that the newest stands for. */
export type PopulationState = { minute: number; open: number }[];

export function freshPopulation(): PopulationState {
  return [];
}

/** Notes how many connections are open at the end of a bin. */
export function notePopulation(state: PopulationState, bin: number, open: number): void {
  const minute = Math.floor(bin / MINUTE);
  const newest = state.at(-1);
  // Entries are replaced and not changed: snapshots hold the same ones.
  if (newest?.minute === minute) state[state.length - 1] = { minute, open: Math.max(newest.open, open) };
  else state.push({ minute, open });
  while (state[0]!.minute <= minute - HOUR) state.shift();
}

/**
 * The clients of the last hour, taken as the most connections that were open at once: a count of distinct clients would
 * have to remember each, and a reconnect storm would count its clients twice. It errs low, so towards the page.
 */
export function populationOf(state: PopulationState): number {
  return state.reduce((largest, { open }) => Math.max(largest, open), 0);
}
