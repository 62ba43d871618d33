import { type Connection, clientKey } from '../connection.ts';
import type { CodeStreams, StreamRow } from './code-streams.ts';
import type { CohortProfile, Cohorts } from './cohorts.ts';
import type { Drop, Drops } from './drops.ts';
import { YOUNG_UNTIL } from './limits.ts';
import type { CountedConnection } from './merge-connection.ts';
import type { BinBug, ServiceBins } from './service-bins.ts';
import type { SickClients } from './sick-clients.ts';
import { streamOfClose } from './stream-of.ts';

type Counted = CountedConnection | null;

/** What connections of a service add to. */
interface Totals {
  bins: ServiceBins;
  codes: CodeStreams;
  cohorts: Cohorts;
  drops: Drops;
}

/**
 * Changes the bins from what one record of a connection adds to what another one does; null adds nothing. What a record
 * adds is a pure function of it, so that it can be taken back exactly, and what both add is left alone: else every close would
 * have the detector look at the bin of its open again.
 */
export function countChange(totals: Totals, sick: SickClients, before: Counted, after: Counted): void {
  const { bins, codes, cohorts, drops } = totals;
  changeWords(bins, before, after);
  changeOpen(bins, before, after);
  changeSteps(bins, before, after);
  changeCohortSteps(cohorts, before, after);
  changeClose(bins, before, after);
  changeBug(totals, sick, before, after);
  changeCode(codes, before, after);
  changeDrop(drops, before, after);
}

/** The rows of the instance itself, each at its time. */
function changeWords(bins: ServiceBins, before: Counted, after: Counted): void {
  const isSame = before !== null && after !== null && instanceOf(before) === instanceOf(after);
  if (before)
    for (const time of before.spoke)
      if (!(isSame && after.spoke.includes(time))) bins.speak(time, instanceOf(before), -1);
  if (after)
    for (const time of after.spoke)
      if (!(isSame && before.spoke.includes(time))) bins.speak(time, instanceOf(after), 1);
}

function changeOpen(bins: ServiceBins, before: Counted, after: Counted): void {
  const [was, is] = [openOf(before), openOf(after)];
  if (was === is && before?.openWeight === after?.openWeight) return;
  if (was !== null) countOpens(bins, was, -before!.openWeight);
  if (is !== null) countOpens(bins, is, after!.openWeight);
}

function openOf(counted: Counted): number | null {
  return counted?.openSeen ? counted.connection.openedAt : null;
}

function countOpens(bins: ServiceBins, time: number, weight: number): void {
  const bin = bins.changing(time);
  if (bin) bin.opens += weight;
}

/** What each step of a life does to the number of young and of old connections: opens, grows up or closes young; is old, closes. */
const YOUNG = [1, -1, 0, 0];
const OLD = [0, 0, 1, -1];
const STEPS = YOUNG.length;
/** When each step is, NaN where it never is: made anew at each change. */
const stepsBefore = new Float64Array(STEPS);
const stepsAfter = new Float64Array(STEPS);

function changeSteps(bins: ServiceBins, before: Counted, after: Counted): void {
  stepTimes(before, stepsBefore);
  stepTimes(after, stepsAfter);
  const isSame = before !== null && after !== null && instanceOf(before) === instanceOf(after);
  for (let step = 0; step < STEPS; step++) {
    const [was, is] = [stepsBefore[step]!, stepsAfter[step]!];
    if (isSame && was === is) continue;
    if (!Number.isNaN(was)) bins.step(was, instanceOf(before!), -YOUNG[step]!, -OLD[step]!);
    if (!Number.isNaN(is)) bins.step(is, instanceOf(after!), YOUNG[step]!, OLD[step]!);
  }
}

/** As `changeSteps` does, which has made their times. */
function changeCohortSteps(cohorts: Cohorts, before: Counted, after: Counted): void {
  const was = before && cohorts.profileOfIdentity(before.connection, before.identity);
  const isSame = before !== null && after !== null && isSameCohort(before.connection, after.connection);
  const is = isSame ? was : after && cohorts.profileOfIdentity(after.connection, after.identity);
  for (let step = 0; step < STEPS; step++) {
    const [wasAt, isAt] = [stepsBefore[step]!, stepsAfter[step]!];
    if (was === is && wasAt === isAt) continue;
    if (!Number.isNaN(wasAt)) cohorts.step(wasAt, was!, -YOUNG[step]!, -OLD[step]!);
    if (!Number.isNaN(isAt)) cohorts.step(isAt, is!, YOUNG[step]!, OLD[step]!);
  }
}

function isSameCohort(one: Connection, other: Connection): boolean {
  return (
    one.clientVersion === other.clientVersion &&
    one.clientName === other.clientName &&
    one.serviceVersion === other.serviceVersion &&
    one.region === other.region &&
    one.urlTemplate === other.urlTemplate &&
    one.subprotocol === other.subprotocol
  );
}

function stepTimes(counted: Counted, times: Float64Array): void {
  times.fill(Number.NaN);
  if (counted === null || counted.exposedFrom === null) return;
  const { exposedFrom: from, connection } = counted;
  const grownUp = connection.openedAt! + YOUNG_UNTIL;
  const end = connection.closedAt ?? Number.POSITIVE_INFINITY;
  if (from < grownUp) {
    times[0] = from;
    times[1] = Math.min(grownUp, end);
  }
  if (end <= grownUp) return;
  times[2] = Math.max(from, grownUp);
  if (end !== Number.POSITIVE_INFINITY) times[3] = end;
}

function changeClose(bins: ServiceBins, before: Counted, after: Counted): void {
  const [was, is] = [before?.connection.closedAt ?? null, after?.connection.closedAt ?? null];
  if (was === is && (is === null || isSameClose(before!, after!))) return;
  if (was !== null) countClose(bins, before!, -1);
  if (is !== null) countClose(bins, after!, 1);
}

function isSameClose(one: CountedConnection, other: CountedConnection): boolean {
  return (
    one.connection.code === other.connection.code &&
    one.openSeen === other.openSeen &&
    one.closeWeight === other.closeWeight
  );
}

function countClose(bins: ServiceBins, { connection, openSeen, closeWeight }: CountedConnection, sign: 1 | -1): void {
  const bin = bins.changing(connection.closedAt!);
  if (!bin) return;
  const { code } = connection;
  bin.closes.set(code, (bin.closes.get(code) ?? 0) + sign * closeWeight);
  if (!openSeen) bin.orphans += sign;
}

function changeBug({ bins, cohorts }: Totals, sick: SickClients, before: Counted, after: Counted): void {
  const [was, is] = [cohortOfBug(cohorts, before), cohortOfBug(cohorts, after)];
  if (was !== null && was === is && isSameBug(before!, after!)) return;
  if (was) takeBugBack(bins, sick, before!, was);
  if (is) addBug(bins, sick, after!, is);
}

/** Null where there is no bug. */
function cohortOfBug(cohorts: Cohorts, counted: Counted): CohortProfile | null {
  return isBug(counted) ? cohorts.profileOf(counted!.connection, true) : null;
}

function isBug(counted: Counted): boolean {
  return counted?.connection.payloadBug === true && counted.connection.closedAt !== null;
}

function isSameBug(one: CountedConnection, other: CountedConnection): boolean {
  const [bug, same] = [bugOf(one), bugOf(other)];
  return (
    bug.client === same.client &&
    bug.time === same.time &&
    bug.weight === same.weight &&
    bug.trusted === same.trusted &&
    isYoung(one) === isYoung(other) &&
    isEquivalent(one) === isEquivalent(other)
  );
}

function addBug(bins: ServiceBins, sick: SickClients, counted: CountedConnection, profile: CohortProfile): void {
  const bug = bugOf(counted);
  const bin = bins.changing(bug.time);
  if (bin) {
    bin.bugs.set(bug.id, bug);
    if (isEquivalent(counted)) bin.equivalents += bug.weight;
  }
  sick.add(bug.client, { id: bug.id, time: bug.time, young: isYoung(counted), profile });
}

function takeBugBack(bins: ServiceBins, sick: SickClients, counted: CountedConnection, profile: CohortProfile): void {
  const bug = bugOf(counted);
  const bin = bins.changing(bug.time);
  if (bin) {
    bin.bugs.delete(bug.id);
    if (isEquivalent(counted)) bin.equivalents -= bug.weight;
  }
  sick.remove(bug.client, { id: bug.id, time: bug.time, young: isYoung(counted), profile });
}

function bugOf({ connection, closeWeight, bugTrusted }: CountedConnection): BinBug {
  return {
    id: connection.id,
    client: clientKey(connection),
    time: connection.closedAt!,
    weight: closeWeight,
    trusted: bugTrusted,
  };
}

function changeCode(codes: CodeStreams, before: Counted, after: Counted): void {
  const [was, is] = [streamOf(before), streamOf(after)];
  if (was === null && is === null) return;
  const [row, newRow] = [was === null ? null : streamRow(before!), is === null ? null : streamRow(after!)];
  if (was === is && isSameRow(row!, newRow!)) return;
  if (row) codes.remove(was!, row);
  if (newRow) codes.add(is!, newRow);
}

function streamOf(counted: Counted): string | null {
  return counted === null || counted.connection.closedAt === null ? null : streamOfClose(counted.connection);
}

function streamRow(counted: CountedConnection): StreamRow {
  const { id, client, time, weight } = bugOf(counted);
  return { id, client, time, weight, young: isYoung(counted) };
}

function isSameRow(one: StreamRow, other: StreamRow): boolean {
  const { client, time, weight, young } = other;
  return one.client === client && one.time === time && one.weight === weight && one.young === young;
}

function changeDrop(drops: Drops, before: Counted, after: Counted): void {
  const [was, is] = [dropOf(before), dropOf(after)];
  const isSame = was?.client === is?.client && was?.openedAt === is?.openedAt && was?.closedAt === is?.closedAt;
  if (isSame) return;
  if (was) drops.remove(was);
  if (is) drops.add(is);
}

function dropOf(counted: Counted): Drop | null {
  if (counted === null || !isDrop(counted.connection)) return null;
  const { id, openedAt, closedAt } = counted.connection;
  if (openedAt === null || closedAt === null) return null;
  return { id, client: clientKey(counted.connection), openedAt, closedAt };
}

/** An application that ends it says so: with a code of its own, or by `terminate()`, which makes its end the initiator. */
function isDrop({ code, initiator, payloadBug }: Connection): boolean {
  return (code === 1006 || code === null) && (initiator === 'transport' || initiator === null) && !payloadBug;
}

function isYoung({ connection: { openedAt, closedAt } }: CountedConnection): boolean {
  return openedAt !== null && closedAt! - openedAt < YOUNG_UNTIL;
}

/** Another code than 1007 with a defect in the payload. */
function isEquivalent({ connection }: CountedConnection): boolean {
  return connection.code !== 1007;
}

function instanceOf({ connection }: CountedConnection): string {
  return connection.instance ?? '';
}
