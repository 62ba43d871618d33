import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from './play-story.ts';

/** A clock that starts now and runs on monotonic time. Its waits end with an AbortError when `stopped` is aborted. */
export function realClock(stopped: AbortSignal): Clock {
  const begin = performance.now();
  const now = (): number => (performance.now() - begin) / 1000;
  return {
    now,
    until: at => sleep(Math.max(0, at - now()) * 1000, undefined, { signal: stopped }),
  };
}
