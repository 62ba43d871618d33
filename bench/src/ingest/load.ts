import type { Lane } from './lane.ts';

/** What came of a load. Times in milliseconds. */
export interface LoadOutcome {
  /** Requests answered with success; with anything else. */
  acknowledged: number;
  refused: number;
  /** From the first request to the last answer. */
  elapsed: number;
  /** From the time at which a request was due to its acknowledgement. */
  p50: number;
  p99: number;
  longest: number;
  /** Longest time between one acknowledgement and the next. */
  stall: number;
}

class Record {
  readonly #began = performance.now();
  readonly #latencies: number[] = [];
  #refused = 0;
  #lastAnswer = this.#began;
  #stall = 0;

  note(acknowledged: boolean, dueAt: number): void {
    const now = performance.now();
    if (!acknowledged) {
      this.#refused += 1;
      return;
    }
    this.#latencies.push(now - dueAt);
    this.#stall = Math.max(this.#stall, now - this.#lastAnswer);
    this.#lastAnswer = now;
  }

  outcome(): LoadOutcome {
    const sorted = Float64Array.from(this.#latencies).sort();
    const quantile = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
    return {
      acknowledged: sorted.length,
      refused: this.#refused,
      elapsed: this.#lastAnswer - this.#began,
      p50: quantile(0.5),
      p99: quantile(0.99),
      longest: sorted.at(-1) ?? 0,
      stall: this.#stall,
    };
  }
}

/** A closed loop: every lane sends its next request when the one before is answered. It finds how much there can be. */
export async function sendAll(lanes: readonly Lane[], requests: Iterator<Buffer>): Promise<LoadOutcome> {
  const record = new Record();
  await Promise.all(
    lanes.map(
      lane =>
        new Promise<void>(done => {
          const next = () => {
            const { value, done: none } = requests.next();
            if (none) return done();
            const sentAt = performance.now();
            lane.send(value, acknowledged => {
              record.note(acknowledged, sentAt);
              next();
            });
          };
          next();
        }),
    ),
  );
  return record.outcome();
}

/**
 * An open loop: requests are due at a steady pace, whatever the receiver does; one that finds every lane busy waits for a lane, and its
 * waiting counts. So a stall is not hidden by senders that politely wait. Source: Gil Tene on "coordinated omission".
 */
export async function sendPaced(
  lanes: readonly Lane[],
  requests: Iterator<Buffer>,
  perSecond: number,
): Promise<LoadOutcome> {
  const record = new Record();
  const idle = [...lanes];
  const began = performance.now();
  let due = 0;
  let sent = 0;
  let exhausted = false;
  let settle = () => {};
  const settled = new Promise<void>(resolve => {
    settle = resolve;
  });

  function sendDue(): void {
    while (sent < due && idle.length > 0 && !exhausted) {
      const { value, done } = requests.next();
      if (done) {
        exhausted = true;
        break;
      }
      const dueAt = began + (sent++ * 1_000) / perSecond;
      const lane = idle.shift()!; // the one that has waited longest: no socket stays unused until the receiver closes it
      lane.send(value, acknowledged => {
        record.note(acknowledged, dueAt);
        idle.push(lane);
        sendDue();
      });
    }
    if (exhausted && idle.length === lanes.length) settle();
  }

  const timer = setInterval(() => {
    due = Math.floor(((performance.now() - began) * perSecond) / 1_000) + 1;
    sendDue();
  }, 1);
  await settled;
  clearInterval(timer);
  return record.outcome();
}
