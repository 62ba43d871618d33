import { DOUBLE, VARCHAR } from '@duckdb/node-api';
import type { GaugeSample } from '../gauge-sample.ts';
import type { Day } from './day.ts';
import { type DaySource, gaugeRelationOf } from './day-relation.ts';
import { CHUNK_ROWS } from './event-chunk.ts';
import type { ReadSession, WriteSession } from './session.ts';

const TYPES = [VARCHAR, VARCHAR, VARCHAR, VARCHAR, VARCHAR, DOUBLE, DOUBLE, DOUBLE];

/** Appends samples to a day, in the transaction of the events that they came with. */
export async function appendGauges(session: WriteSession, day: Day, samples: readonly GaugeSample[]): Promise<void> {
  for (let start = 0; start < samples.length; start += CHUNK_ROWS) {
    const part = samples.slice(start, start + CHUNK_ROWS);
    await session.append(day, 'gauge_samples', TYPES, [
      part.map(sample => sample.service),
      part.map(sample => sample.serviceVersion),
      part.map(sample => sample.instance),
      part.map(sample => sample.environment),
      part.map(sample => sample.role),
      part.map(sample => sample.time),
      part.map(sample => sample.receivedAt),
      part.map(sample => sample.connections),
    ]);
  }
}

/** Samples received at `receivedFrom` or later, oldest first; of one series and time the one that came last. */
export async function readGauges(
  session: ReadSession,
  days: readonly DaySource[],
  receivedFrom: number,
  limit: number,
): Promise<GaugeSample[]> {
  if (days.length === 0) return [];
  const samples = days
    .map((day, place) => `SELECT *, ${place} AS place FROM ${gaugeRelationOf(day)} WHERE received_at >= $receivedFrom`)
    .join(' UNION ALL ');
  return session.rows<GaugeSample>(
    `SELECT service, service_version AS "serviceVersion", instance, environment, role, time, received_at AS "receivedAt", connections
    FROM (${samples})
    QUALIFY row_number() OVER (
      PARTITION BY service, service_version, instance, environment, role, time ORDER BY place DESC, position DESC) = 1
    ORDER BY place, position LIMIT $limit::BIGINT`,
    { receivedFrom, limit },
  );
}
