import { BIN } from '../facts/limits.ts';
import type { BinBug } from '../facts/service-bins.ts';
import { negativeBinomialTail } from '../statistics/negative-binomial-tail.ts';
import type { Severity } from '../verdict.ts';
import type { Alarm } from './alarm.ts';
import { closesOf } from './bin-bugs.ts';
import type { Change } from './rate-mixture.ts';
import type { DetectSettings } from './settings.ts';

/** What an incident amounts to. */
interface IncidentCounts {
  closes: number;
  clients: number;
  expected: number;
}

/** A change of rate from alarm to end, as the detector carries it from bin to bin. Times are epoch milliseconds. */
export interface IncidentState {
  startedAt: number;
  /** What was taken for the start at the alarm: the id is made from it. */
  openedAs: number;
  /** Number of the bin of the alarm. */
  alarmedIn: number;
  /** End of the bin in which the evidence sufficed for a verdict; null while one client alone is behind it. */
  detectedAt: number | null;
  severity: Severity;
  counts: IncidentCounts;
  /** As they were at the last bin with a row in it: the same whether the clock has gone on since or not. */
  heardCounts: IncidentCounts;
  /** As they were at the last bug above the null. */
  lastCounts: IncidentCounts;
  /** Distinct clients, at most `CLIENTS_TOLD_APART`. */
  clients: Set<string>;
  /** Those of them that somebody trusted told of: they alone page. */
  vouchedFor: Set<string>;
  /** Who found it, first who opened it; of one detector about one case its last alarm. */
  foundBy: readonly Alarm[];
  /** Largest evidence of any of them so far, and of the mixture. */
  evidence: number;
  /** Number of the last bin that was above the null, and of the last one of them with a bug in it. */
  lastAbove: number;
  lastBugAbove: number;
  /** The last of those within `EXPLAINED_BINS` of the start: what came after the excess says nothing about its cause. */
  lastBugExplained: number;
  /** Number of the bin at which it was found to be over; null while it runs. */
  endedIn: number | null;
}

/** What the incident needs of one bin. */
export interface IncidentInput {
  bin: number;
  bugs: readonly BinBug[];
  /** Whether any row fell into it. */
  heard: boolean;
  expected: number;
  evidence: number;
  /** Sick clients of the last 60 bins, and the null's mean of the same. */
  trailingSick: number;
  trailingMean: number;
  /** The same of the last 900 bins; asked for only where it decides. */
  quarterHour: () => { sick: number; mean: number };
  dispersion: number;
  /** Clients of the service in the last hour. */
  population: number;
  cohortShare: (incident: IncidentState, bin: number) => number;
}

/** Beyond this the number of clients stays as it is: it bounds the memory of one incident to some megabytes. */
const CLIENTS_TOLD_APART = 50_000;
/** It is over after so many bins back below the null. */
export const QUIET_BINS = 900;
/** An incident is explained by its first quarter of an hour: its cause is in there, and what is kept stays bounded. */
export const EXPLAINED_BINS = 900;
/** Within so many bins after its end it reopens as the same. */
export const REOPEN_BINS = 3_600;
/** A trailing minute is above the null when the null has so many or more less often than this. */
const ABOVE_PROBABILITY = 0.05;

export function openIncident(change: Change, alarm: Alarm, bin: number, bugsSince: readonly BinBug[]): IncidentState {
  const { startedAt, counts, clients, vouchedFor } = since(change, bin, bugsSince);
  return {
    startedAt,
    openedAs: startedAt,
    alarmedIn: bin,
    detectedAt: null,
    severity: 'notice',
    counts,
    heardCounts: counts,
    lastCounts: counts,
    clients,
    vouchedFor,
    foundBy: [alarm],
    evidence: alarm.evidence,
    lastAbove: bin,
    lastBugAbove: bin,
    lastBugExplained: bin,
    endedIn: null,
  };
}

/** Adds what another detector, or another case of it, says of a running incident. It speaks for the incident going on. */
export function joinIncident(incident: IncidentState, alarm: Alarm, bin: number): void {
  const known = incident.foundBy.findIndex(({ by, about }) => by === alarm.by && about === alarm.about);
  incident.foundBy = known < 0 ? [...incident.foundBy, alarm] : incident.foundBy.with(known, alarm);
  incident.evidence = Math.max(incident.evidence, alarm.evidence);
  if (alarm.by === 'rate') return;
  incident.lastAbove = bin;
  noteBugAbove(incident, bin);
  incident.lastCounts = incident.counts;
}

/** Dates an incident anew: at the alarm itself, bugs by chance just before the change can look like its beginning. */
export function redateIncident(incident: IncidentState, change: Change, bugsSince: readonly BinBug[]): void {
  Object.assign(incident, since(change, incident.alarmedIn, bugsSince));
  incident.heardCounts = incident.counts;
  incident.lastCounts = incident.counts;
}

function since(change: Change, bin: number, bugs: readonly BinBug[]) {
  const toldApart = bugs.slice(0, CLIENTS_TOLD_APART);
  const clients = new Set(toldApart.map(bug => bug.client));
  const vouchedFor = new Set(toldApart.filter(bug => bug.trusted).map(bug => bug.client));
  const counts: IncidentCounts = { closes: change.closes, clients: clients.size, expected: change.expected };
  return { startedAt: change.firstAt ?? bin * BIN, counts, clients, vouchedFor };
}

/** Until so many bins after the alarm its start may still be found to be later. */
export const REDATED_FOR = 15;

export function cloneIncident(incident: IncidentState): IncidentState {
  return { ...incident, clients: new Set(incident.clients), vouchedFor: new Set(incident.vouchedFor) };
}

/** Adds one bin to the counts. */
export function countBin(
  incident: IncidentState,
  { bugs, expected, heard }: Pick<IncidentInput, 'bugs' | 'expected' | 'heard'>,
): void {
  for (const { client, trusted } of bugs) {
    if (incident.clients.size >= CLIENTS_TOLD_APART) break;
    incident.clients.add(client);
    if (trusted) incident.vouchedFor.add(client);
  }
  incident.counts = {
    closes: incident.counts.closes + closesOf(bugs),
    clients: incident.clients.size,
    expected: incident.counts.expected + expected,
  };
  if (heard) incident.heardCounts = incident.counts;
}

/** Carries a running incident over one bin that is counted already: evidence, severity, and whether it is over. */
export function followIncident(incident: IncidentState, input: IncidentInput, settings: DetectSettings): void {
  incident.evidence = Math.max(incident.evidence, input.evidence);
  if (isAbove(input.trailingSick, input.trailingMean, input.dispersion)) {
    incident.lastAbove = input.bin;
    if (input.bugs.length > 0) noteBugAbove(incident, input.bin);
    incident.lastCounts = incident.counts;
  }
  judgeSeverity(incident, input, settings);
  if (input.bin - incident.lastAbove < QUIET_BINS) return;
  // A rate that is too low to show in one minute may still show in fifteen.
  const { sick, mean } = input.quarterHour();
  if (!isAbove(sick, mean, input.dispersion)) incident.endedIn = input.bin;
}

function noteBugAbove(incident: IncidentState, bin: number): void {
  incident.lastBugAbove = bin;
  if (bin <= Math.floor(incident.startedAt / BIN) + EXPLAINED_BINS) incident.lastBugExplained = bin;
}

/** Takes up an incident that had ended when its rate rises again. */
export function reopenIncident(incident: IncidentState, bin: number): void {
  incident.endedIn = null;
  incident.lastAbove = bin;
  incident.lastBugAbove = bin;
}

function isAbove(sick: number, mean: number, dispersion: number): boolean {
  return sick > 0 && negativeBinomialTail(sick, mean, dispersion) < ABOVE_PROBABILITY;
}

/** One client is no verdict, two are a notice; more page once they are a fair share, and trusted. It never falls again. */
function judgeSeverity(incident: IncidentState, input: IncidentInput, { page }: DetectSettings): void {
  if (incident.clients.size < 2) return;
  if (incident.detectedAt === null) show(incident, input);
  const clients = incident.vouchedFor.size;
  if (incident.severity === 'page' || clients < page.minClients) return;
  const pages =
    clients >= page.minShare * input.population || input.cohortShare(incident, input.bin) >= page.minCohortShare;
  if (pages) incident.severity = 'page';
}

/** One client has company, and it is a verdict. Where it was alone for long, what began is the second one's. */
function show(incident: IncidentState, { bin, bugs, expected }: IncidentInput): void {
  incident.detectedAt = (bin + 1) * BIN;
  if (bin - Math.floor(incident.startedAt / BIN) < QUIET_BINS) return;
  incident.startedAt = bugs[0]?.time ?? bin * BIN;
  incident.counts = { closes: closesOf(bugs), clients: incident.clients.size, expected };
  incident.heardCounts = incident.counts;
  incident.lastCounts = incident.counts;
}
