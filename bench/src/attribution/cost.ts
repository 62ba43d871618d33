import type { CloseEvent } from '@closewatch/collector';
import { attributeBugs } from '../../../analyzer/src/attribution/attribute-bugs.ts';
import { incidentFacts } from '../../../analyzer/src/engine/incident-facts.ts';
import { row } from '../../../analyzer/src/event.fixture.ts';
import { Facts } from '../../../analyzer/src/facts/facts.ts';
import { spreadOf, textOfSpread } from '../spread.ts';
import { BEGIN } from './life.ts';
import { type Random, randomFrom } from './random.ts';

/** What is attributed: connections in memory, values of all fields together, bugs among the connections. */
const SIZES = [
  { connections: 10_000, values: 1_000, bugs: 100 },
  { connections: 100_000, values: 10_000, bugs: 100 },
  { connections: 100_000, values: 10_000, bugs: 5_000 },
] as const;
const RUNS = 25;

/** Prints what attribution costs at an alarm: reading the facts of an incident, and finding the cohort. */
export function costReport(): string {
  const lines = [
    `Attribution at an alarm, ms of the thread’s CPU: median (minimum to maximum) of ${RUNS} runs after 5.`,
    '',
    '| connections | values | bugs | reading the incident’s facts | finding the cohort |',
    '|---|---|---|---|---|',
  ];
  for (const { connections, values, bugs } of SIZES) {
    const facts = factsOf({ connections, values, bugs }, randomFrom(1));
    const reading: number[] = [];
    const finding: number[] = [];
    for (let run = -5; run < RUNS; run++) {
      const begin = threadMilliseconds();
      const incident = incidentFacts(facts, BEGIN, BEGIN + 60_000);
      const read = threadMilliseconds();
      const { cohort } = attributeBugs(incident.bugs, incident.population);
      const end = threadMilliseconds();
      if (cohort[0]?.value !== '5.2.0') throw new Error(`expected cohort 5.2.0, got ${JSON.stringify(cohort)}`);
      if (run < 0) continue;
      reading.push(read - begin);
      finding.push(end - read);
    }
    const [read, found] = [reading, finding].map(times => textOfSpread(spreadOf(times), 1));
    lines.push(`| ${connections} | ${values} | ${bugs} | ${read} | ${found} |`);
  }
  return lines.join('\n');
}

/** What this thread has used of a CPU: other work on the machine does not count. */
function threadMilliseconds(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}

/** A service whose clients of 5.2.0, a tenth of them, have the bugs. Most of the values are paths. */
function factsOf({ connections, values, bugs }: { connections: number; values: number; bugs: number }, random: Random) {
  const facts = new Facts();
  const paths = Array.from({ length: values - 230 }, (_, index) => `/rooms/${index}`);
  const instances = Array.from({ length: 200 }, (_, index) => `gateway-${index}`);
  const versions = Array.from({ length: 20 }, (_, index) => `5.1.${index}`);
  for (let index = 0; index < connections; index++) {
    const isNew = index % 10 === 0;
    const openedAt = BEGIN - Math.round(random.exponential(200_000));
    const common: Partial<CloseEvent> = {
      connectionId: index.toString(16).padStart(16, '0'),
      serviceVersion: '1.8.1',
      instance: random.pick(instances),
      region: random.pick(['eu-west-1', 'us-east-1', 'ap-south-1', 'sa-east-1']),
      urlTemplate: random.pick(['/rooms/{room}', '/live', '/chat', '/edit']),
      urlPath: random.pick(paths),
      clientName: random.pick(['desktop', 'mobile']),
      clientVersion: isNew ? '5.2.0' : random.pick(versions),
      clientId: `client-${index}`,
      receivedAt: BEGIN - 600_000,
    };
    facts.ingest(row({ kind: 'connect', ...common, time: Math.max(openedAt, BEGIN - 600_000) }));
    if (!isNew || index / 10 >= bugs) continue;
    const time = BEGIN + Math.round(random.next() * 60_000);
    facts.ingest(row({ kind: 'close', ...common, time, receivedAt: time, code: 1007, payloadDefect: 'invalid_utf8' }));
  }
  return [...facts.services.values()][0]!;
}
