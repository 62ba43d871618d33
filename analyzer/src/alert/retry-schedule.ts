const FIRST_DELAY = 1_000; // 1 s: a receiver that is being restarted is soon back
const LONGEST_DELAY = 15 * 60_000; // 15 min: nobody waits longer for a page once the receiver is up again
/** Past this many attempts, about three days, a page is history: the message is kept as failed, and logged. */
export const MOST_ATTEMPTS = 600;
/** A receiver can't put a page off for longer than this. */
const LONGEST_RETRY_AFTER = 60 * 60_000; // 1 h

/**
 * Milliseconds until the next attempt after `attempts` failed ones: exponential backoff with full jitter, a random share
 * of 1, 2, 4, 8 s ... 15 min, so that many messages to one receiver don't come back together.
 * https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 *
 *     retryDelay(3, () => 0.5) // 2_000, half of 4 s
 */
export function retryDelay(attempts: number, random: () => number): number {
  return Math.round(random() * Math.min(LONGEST_DELAY, FIRST_DELAY * 2 ** (attempts - 1)));
}

/**
 * Milliseconds that a `Retry-After` header asks for (RFC 9110, section 10.2.3: seconds or an HTTP date), an hour at most; 0
 * where there is none or it can't be read.
 */
export function retryAfter(header: string | null, now: number): number {
  if (header === null) return 0;
  const asked = /^\d+$/.test(header.trim()) ? Number(header) * 1000 : Date.parse(header) - now;
  return Number.isNaN(asked) ? 0 : Math.min(Math.max(asked, 0), LONGEST_RETRY_AFTER);
}
