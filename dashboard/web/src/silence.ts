import type { ServiceSummary } from '@closewatch/analyzer';

/** A service that has said nothing for this long is silent: a close rate of zero would look like good news. */
const SILENT_AFTER = 4 * 60_000; // ms

/** How long a service has said nothing, milliseconds, once that is worth telling; else null. */
export function silenceOf(service: Pick<ServiceSummary, 'lastEventAt'>, now: number): number | null {
  const silence = now - Date.parse(service.lastEventAt);
  return silence > SILENT_AFTER ? silence : null;
}
