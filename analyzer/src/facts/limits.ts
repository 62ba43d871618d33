/** Bins are one second wide, in event time. */
export const BIN = 1_000;
/** An event older than this at its arrival is counted as late and leaves the verdicts alone. Milliseconds. */
export const LATE_AFTER = 15 * 60_000;
/** The watermark trails the clock by this, so that silence ends verdicts too. Milliseconds. */
export const CLOCK_LAG = 10_000;
/** An event dated further ahead of its receipt than this has a wrong clock: it is counted, and left out. Milliseconds. */
export const AHEAD_AFTER = 5 * 60_000;
/** An event moves the watermark at most this far past its own receipt: one fast clock must not make the rest late. */
export const AHEAD_MOVES = 1_000;
/** A client's row counts by itself when its server's row has not come this long after it. Milliseconds. */
export const PAIR_WAIT = 10_000;
/** A connection is young until this age: the first messages are where a client that is wrong by design shows. Milliseconds. */
export const YOUNG_UNTIL = 10_000;
/** A close without a connect row counts as open for at most this long before. Milliseconds. */
export const ORPHAN_REACH = 15 * 60_000;
/** A client counts as sick once in each of its windows of this length. Milliseconds. */
export const CLIENT_WINDOW = 10 * 60_000;
/** An instance that said nothing for this many bins has no connections any more, until it speaks again. */
export const SILENT_AFTER = 300;
/** After this many silent bins an instance is forgotten. */
export const FORGOTTEN_AFTER = 2_700;
/** Closed connections are kept this long after their close: waves and attribution need no more. Milliseconds. */
export const CLOSED_KEPT = 45 * 60_000;
/** Open connections of an instance that has been silent this long are let go. Milliseconds. */
export const SILENT_KEPT = 60 * 60_000;
/** Bins are kept this long, for the timeline. In bins. */
export const BINS_KEPT = 7_200;
/** How far back a bin can still change: a late close, and the reach of a close without a connect before it. In bins. */
export const CHANGEABLE = (LATE_AFTER + ORPHAN_REACH) / BIN;
/** Connections kept at once, over all services; past it the oldest closed ones go early. About 1 kB each: 1 GiB. */
export const MOST_CONNECTIONS = 1_000_000;
