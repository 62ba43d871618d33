/** How a generated history looks. Everything follows from the seed: the same one gives the same rows. */
export interface HistoryShape {
  seed: number;
  /** Epoch milliseconds at which it begins. */
  begins: number;
  /** Its length, seconds. */
  seconds: number;
  /** Closes in all, nearly. */
  closes: number;
  /** Each connection's connect row is there too, as our instrumentation sends it. */
  withConnects: boolean;
}

const SERVICES = `['gateway', 'chat', 'feed', 'presence']`;
/** Processes of all services together; a process has the number of its slot modulo 4 as its service. */
const SLOTS = 30;
/** Each service rolls so often, a quarter of it after the one before. Microseconds. */
const ROLLED_EVERY = 6 * 3_600_000_000; // 6 h
const BETWEEN_SERVICES = ROLLED_EVERY / 4;
/** In a roll, from one process to the next. Microseconds. */
const BETWEEN_SLOTS = 8_000_000; // 8 s
/** Clients of version 5.2.0 send bytes as text for so long in each so long. Microseconds. */
const BUG = { every: 8 * 3_600_000_000, from: 5 * 3_600_000_000, until: 5 * 3_600_000_000 + 1_200_000_000 };

/**
 * A statement that makes the table `narrow`, a row an event in the order of its receipt, from which `wideRows` makes the columns of `close_events`.
 *
 * Connections open evenly over the history and last from a second to some hours (log-uniform, 18 minutes on average), unless
 * their process is restarted by the next roll: then they close with 1012 (one in ten with 1006), and come back on its successor after one to
 * four seconds. In a bug's time every connection of client 5.2.0 fails at its first message; two in 10,000 fail at any time. Each row is received
 * within a second, one in a thousand up to ten minutes late.
 */
export function narrowTable({ seed, begins, seconds, closes, withConnects }: HistoryShape): string {
  const start = begins * 1_000;
  const below = (name: string, limit: number | string) => `(hash(i, ${seed}, part, '${name}') % ${limit})::BIGINT`;
  const share = (name: string) => `(${below(name, 1_000_000_000)} / 1e9)`;
  const firstRoll = `${start} + ${ROLLED_EVERY / 2} + (slot % 4) * ${BETWEEN_SERVICES} + (slot // 4) * ${BETWEEN_SLOTS}`;
  const drawn = (opened: string, part: number, from: string) => `
    SELECT *, floor((opened - (${firstRoll})) / ${ROLLED_EVERY})::BIGINT + 1 AS generation,
      (1e6 * pow(10, 4 * ${share('duration')}))::BIGINT AS duration
    FROM (SELECT i, ${part} AS part, slot, client, ${opened} AS opened ${from})`;
  const ended = (source: string) => `
    SELECT *, closed_by = 'roll' AND code <> 1007 AS is_cut FROM (
      SELECT *, CASE WHEN is_bug THEN 'bug' WHEN opened + duration < restart THEN 'itself' ELSE 'roll' END AS closed_by,
        CASE WHEN is_bug THEN opened + 50000 WHEN opened + duration < restart THEN opened + duration ELSE restart + ${below('restart', 500_000)} END AS closed,
        CASE WHEN is_bug THEN 1007 WHEN opened + duration >= restart THEN CASE WHEN ${below('cut', 10)} = 0 THEN 1006 ELSE 1012 END
          WHEN mix < 2 THEN 1007 WHEN mix < 700 THEN 1006 WHEN mix < 720 THEN 1011 WHEN mix < 740 THEN 4000 WHEN mix < 1700 THEN 1005
          WHEN mix < 4900 THEN 1001 ELSE 1000 END AS code
      FROM (SELECT *, ${firstRoll} + generation * ${ROLLED_EVERY} AS restart, ${below('code', 10_000)} AS mix,
          client % 7 = 2 AND (opened - ${start}) % ${BUG.every} BETWEEN ${BUG.from} AND ${BUG.until} AS is_bug
        FROM (${source})))`;
  const received = (time: string, name: string) =>
    `${time} + CASE WHEN ${below(`late ${name}`, 1_000)} = 0 THEN ${below(`lag ${name}`, 600_000_000)} ELSE ${below(`lag ${name}`, 1_000_000)} END`;
  return `CREATE OR REPLACE TEMP TABLE narrow AS
    WITH first AS (${ended(
      drawn(
        `${start} + (i * ${(seconds * 1e6) / closes})::BIGINT`,
        1,
        `FROM (SELECT i, (hash(i, ${seed}, 'slot') % ${SLOTS})::BIGINT AS slot,
          (pow((hash(i, ${seed}, 'client') % 1000000) / 1e6, 1.6) * 200000)::BIGINT AS client FROM range(${closes}) AS closes(i))`,
      ),
    )}), back AS (${ended(drawn(`closed + 1000000 + (hash(i, ${seed}, 'back') % 3000000)::BIGINT`, 2, 'FROM first WHERE is_cut'))}),
    every_one AS (SELECT * FROM first UNION ALL SELECT * FROM back),
    within AS (SELECT * FROM every_one WHERE closed < ${start + seconds * 1e6})
    SELECT i, part, slot, client, generation, opened, closed, code, is_close, time, received FROM (
      SELECT *, true AS is_close, closed AS time, ${received('closed', 'close')} AS received FROM within
      ${withConnects ? `UNION ALL SELECT *, false AS is_close, opened AS time, ${received('opened', 'connect')} AS received FROM every_one WHERE opened < ${start + seconds * 1e6}` : ''})
    ORDER BY received, i, is_close`;
}

/** A SELECT of the rows of `narrow` by the names of the columns of `close_events`; a column that it doesn't name is null. */
export function wideRows(seed: number): string {
  const id = (name: string) => `hash(i, part, ${seed}, '${name}')`;
  const trace = (name: string) => `md5(concat('${name}', i, '/', part, '/', ${seed}))::UUID`;
  const onClose = (value: string) => `CASE WHEN is_close THEN ${value} END`;
  return `SELECT row_number() OVER () AS sequence, CASE WHEN is_close THEN 'close' ELSE 'connect' END AS kind,
    CASE WHEN is_close THEN ${trace('close')} ELSE ${trace('connect')} END AS trace_id,
    CASE WHEN is_close THEN ${id('close')} ELSE ${id('connect')} END AS span_id,
    ${onClose(trace('connect'))} AS linked_trace_id,
    CASE WHEN NOT is_close THEN make_timestamp(opened - 20000) END AS started_at, ${onClose('make_timestamp(closed + 30000)')} AS ended_at,
    make_timestamp(time) AS time, make_timestamp(received // 200000 * 200000) AS received_at,
    is_close AND code IN (1006, 1007, 1011) AS failed, 1.0 AS weight, false AS clamped, true AS trusted,
    service, concat('1.', slot % 4, '.', generation) AS service_version,
    concat(service, '-', substr(md5(generation::VARCHAR), 1, 9), '-', substr(md5(slot::VARCHAR), 1, 5)) AS instance, 'prod' AS environment,
    concat('eu-west-', slot % 3) AS region, 'server' AS role, ${id('connect')} AS connection_id, concat(service, '.example.com') AS server_address,
    443 AS server_port, 'wss' AS url_scheme, concat('/v2/stream/', client % 5) AS url_path,
    concat('Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/13', client % 10, '.0.0.0') AS user_agent,
    ['web', 'desktop', 'ios', 'android'][1 + client % 4] AS client_name, concat('5.', client % 7, '.0') AS client_version,
    concat('c-', substr(md5(client::VARCHAR), 1, 16)) AS client_id, ${onClose('code')} AS code,
    ${onClose('CASE WHEN code IN (1007, 1012, 1011, 4000) THEN code END')} AS code_sent,
    ${onClose('CASE WHEN code IN (1000, 1001, 1005) THEN code END')} AS code_received,
    ${onClose('CASE WHEN code = 1007 THEN 1006 ELSE code END')} AS code_reported,
    ${onClose(`CASE WHEN code IN (1007, 1011, 1012) THEN 'local' WHEN code = 1006 THEN 'transport' ELSE 'remote' END`)} AS initiator,
    ${onClose('code <> 1006')} AS clean, ${onClose(`CASE WHEN code = 1012 THEN 'Service Restart' END`)} AS reason,
    ${onClose('(closed - opened) / 1e6')} AS connection_duration, ${onClose('(closed - opened) // 3000000')} AS messages_received,
    ${onClose(`CASE WHEN code = 1007 THEN 'invalid_utf8' END`)} AS payload_defect, ${onClose('CASE WHEN code = 1007 THEN 1 END')} AS payload_offset,
    ${onClose('CASE WHEN code = 1007 THEN client * 7 % 65536 END')} AS payload_size,
    ${onClose(`CASE WHEN code = 1007 THEN 'gzip' END`)} AS payload_signature, ${onClose(`CASE WHEN code = 1007 THEN 'client' END`)} AS payload_sender
  FROM (SELECT *, ${SERVICES}[1 + slot % 4] AS service FROM narrow)`;
}
