import type { CloseEvent } from '../close-event.ts';
import { COLUMNS } from '../columns.ts';

const BLANK = Object.fromEntries(COLUMNS.map(column => [column.field, column.absent])) as unknown as CloseEvent;

/** 2026-11-23T10:00:00Z. */
export const TEN_O_CLOCK = 1_795_428_000_000;

/** A close with the code 1000 at TEN_O_CLOCK, number `serial`; the fields given replace its own. */
export function closeEvent(serial: number, fields: Partial<CloseEvent> = {}): CloseEvent {
  const startedAt = fields.startedAt ?? TEN_O_CLOCK;
  const endedAt = fields.endedAt ?? startedAt;
  return {
    ...BLANK,
    kind: 'close',
    traceId: `a${serial.toString(16).padStart(31, '0')}`,
    spanId: `b${serial.toString(16).padStart(15, '0')}`,
    startedAt,
    endedAt,
    time: startedAt,
    receivedAt: endedAt,
    failed: false,
    service: 'gateway',
    role: 'server',
    code: 1000,
    ...fields,
  };
}
