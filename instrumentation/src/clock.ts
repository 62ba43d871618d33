/** The two clocks that spans need: the wall clock says when, the monotonic one says how long. */
export interface Clock {
  /** Epoch milliseconds. */
  wall(): number;
  /** Milliseconds since an arbitrary moment, never set back. */
  monotonic(): number;
}

/** The process's own clocks. */
export const systemClock: Clock = {
  wall: () => Date.now(),
  monotonic: () => performance.now(),
};
