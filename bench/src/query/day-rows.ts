/** How a generated day looks. Everything follows from the seed: the same one gives the same rows. */
export interface DayShape {
  seed: number;
  /** Its place among the days, from 0: ids of different days differ. */
  day: number;
  /** Epoch milliseconds at which it begins. */
  begins: number;
  /** Closes of the day. */
  closes: number;
  /** Sequence of its first row. */
  firstSequence: number;
  /** Each close is preceded by the connect row that it links to; else that row lies elsewhere, and only the link is here. */
  withConnects: boolean;
}

const DAY_MICROSECONDS = 86_400_000_000;
const SERVICES = `['gateway', 'chat', 'feed', 'presence']`;

/**
 * A SELECT of the day's rows, by the names of the columns of `close_events`; a column that it doesn't name is null.
 *
 * Four services in 30 instances and three regions, two server versions of which one takes over at noon, seven client versions,
 * 100,000 clients of which a tenth has a third of the closes, ids of 18 characters; 45 % of the closes 1000, 32 % 1001, 10 % 1005, 7 % 1006, 6 % 1012 and two in a
 * thousand 1007; evenly over the day, received within a second, one in a hundred up to 15 minutes late and one in 100,000 up to 10 hours.
 * Ids are random in all their bits, times in their microseconds.
 */
export function dayRows({ seed, day, begins, closes, firstSequence, withConnects }: DayShape): string {
  const kinds = withConnects ? 2 : 1;
  const hashOf = (name: string) => `hash(i, ${seed}, ${day}, '${name}')`;
  const below = (name: string, limit: string | number) => `(${hashOf(name)} % ${limit})::BIGINT`;
  const step = DAY_MICROSECONDS / closes;
  const isClose = withConnects ? 'k = 1' : 'true';
  return `WITH drawn AS (
    SELECT i, k, ${below('code', 1000)} AS mix, ${below('instance', 30)} AS instance, ${below('late', 100_000)} AS late,
      (pow(${below('client', 1_000_000)} / 1e6, 1.6) * 100000)::BIGINT AS client, ${hashOf('connection')} AS connection,
      md5(concat(i, '/', ${seed}, '/', ${day}))::UUID AS trace, (${begins * 1000} + i * ${step})::BIGINT AS taken
    FROM range(${closes}) AS closes(i), range(${kinds}) AS kinds(k)
  ), coded AS (
    SELECT *, ${isClose} AS is_close, ${SERVICES}[1 + instance % 4] AS service,
      (CASE WHEN mix < 2 THEN 1007 WHEN mix < 60 THEN 1012 WHEN mix < 130 THEN 1006 WHEN mix < 230 THEN 1005 WHEN mix < 550 THEN 1001
        ELSE 1000 END)::USMALLINT AS close_code,
      taken - CASE WHEN late = 0 THEN ${below('lag', 36_000_000_000)} WHEN late < 1000 THEN ${below('lag', 900_000_000)}
        ELSE ${below('lag', 1_000_000)} END AS happened,
      CASE WHEN mix < 130 THEN ${below('length', 2_000_000)} ELSE ${below('length', 60_000)} END AS length
    FROM drawn
  )
  SELECT ${firstSequence} + i * ${kinds} + k AS sequence, CASE WHEN is_close THEN 'close' ELSE 'connect' END AS kind,
    CASE WHEN is_close THEN md5(concat('close', i, '/', ${seed}, '/', ${day}))::UUID ELSE trace END AS trace_id,
    CASE WHEN is_close THEN ${hashOf('span')} ELSE connection END AS span_id,
    CASE WHEN is_close THEN trace END AS linked_trace_id,
    CASE WHEN NOT is_close THEN make_timestamp(happened - length) END AS started_at,
    CASE WHEN is_close THEN make_timestamp(happened + length) END AS ended_at, make_timestamp(happened) AS time,
    make_timestamp(taken // 200000 * 200000) AS received_at, is_close AND close_code IN (1006, 1007) AS failed, 1.0 AS weight, false AS clamped,
    true AS trusted, service, concat('1.', instance % 4, '.', CASE WHEN i < ${closes} * (0.5 + instance / 1000) THEN 2 ELSE 3 END) AS service_version,
    concat(service, '-7d9f8b6c5d-', substr(md5(instance::VARCHAR), 1, 5)) AS instance, 'prod' AS environment, concat('eu-west-', instance % 3) AS region,
    'server' AS role, connection AS connection_id, concat(service, '.example.com') AS server_address, 443 AS server_port, 'wss' AS url_scheme,
    concat('/v2/stream/', client % 5) AS url_path, concat('Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/13', client % 10, '.0.0.0') AS user_agent,
    ['web', 'desktop', 'ios', 'android'][1 + client % 4] AS client_name, concat('5.', client % 7, '.0') AS client_version,
    concat('c-', substr(md5(client::VARCHAR), 1, 16)) AS client_id,
    CASE WHEN is_close THEN close_code END AS code,
    CASE WHEN is_close AND (close_code IN (1007, 1012) OR close_code = 1000 AND length % 3 = 0) THEN close_code END AS code_sent,
    CASE WHEN is_close AND (close_code IN (1001, 1005) OR close_code = 1000 AND length % 3 > 0) THEN close_code END AS code_received,
    CASE WHEN is_close THEN CASE WHEN close_code = 1007 THEN 1006 ELSE close_code END END AS code_reported,
    CASE WHEN is_close THEN CASE WHEN close_code = 1012 THEN 'local' WHEN close_code = 1006 THEN 'transport' ELSE 'remote' END END AS initiator,
    CASE WHEN is_close THEN close_code <> 1006 END AS clean,
    CASE WHEN is_close AND close_code = 1012 THEN 'Service Restart' END AS reason,
    CASE WHEN is_close THEN round(1e6 * pow(10, ${below('magnitude', 1000)} / 250.0) * (0.5 + ${below('duration', 1_000_000_000)} / 1e9)) / 1e6 END AS connection_duration,
    CASE WHEN is_close THEN exp(${below('messages', 700)} / 100.0)::BIGINT END AS messages_received,
    CASE WHEN is_close AND close_code = 1007 THEN 'invalid_utf8' END AS payload_defect,
    CASE WHEN is_close AND close_code = 1007 THEN client % 5000 END AS payload_offset,
    CASE WHEN is_close AND close_code = 1007 THEN client * 7 % 65536 END AS payload_size
  FROM coded ORDER BY i, k`;
}
