import type { EventKind } from '../close-event.ts';

/** When an event counts: the start of a close or drain, the end of a connect or reconnect. Source: the design, "Time". */
export function eventTime(kind: EventKind, startedAt: number, endedAt: number): number {
  return kind === 'close' || kind === 'drain' ? startedAt : endedAt;
}
