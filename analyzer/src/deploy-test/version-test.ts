import type { ArmPlace, VersionKind } from './arm.ts';
import { afterEvent, type EProcess, eValue, freshEProcess } from './e-process.ts';

/** One new version under test, as it is carried from bin to bin. */
export interface VersionTest {
  kind: VersionKind;
  key: string;
  family: string;
  version: string;
  /** Number of the bin in which the version was first seen. */
  since: number;
  /** The e-value at which it fires. */
  firesAt: number;
  process: EProcess;
  /** The smallest e-value so far, and the first bug on the new version since: where the excess began. */
  least: number;
  began: { bin: number; time: number } | null;
  /** Sick clients of both versions, of the new one, and of it as its share of the exposure would have had. */
  sick: number;
  sickOnNew: number;
  expectedOnNew: number;
  /** The same without telling regions and clients at the other end apart: how far it differs is what these explain. */
  expectedUnstratified: number;
  /** The largest e-value so far. */
  evidence: number;
}

/** What a test has found, in numbers: sick clients of both versions while both were there, and of the new one. */
export type VersionFinding = Readonly<
  Pick<VersionTest, 'kind' | 'version' | 'sick' | 'sickOnNew' | 'expectedOnNew' | 'expectedUnstratified' | 'evidence'>
>;

/** What has to be known of a sick client. Shares are of 0 to 1. */
export interface TestEvent {
  isNew: boolean;
  share: number;
  unstratifiedShare: number;
  bin: number;
  time: number;
}

/**
 * An event's weight: counts of real services are some 1.5 times as wide as Poisson's (see the baseline's dispersion), so that many events come together and
 * are worth one.
 */
const EVENT_WEIGHT = 1 / 1.5;

export function freshTest(
  kind: VersionKind,
  { key, family, version }: ArmPlace,
  since: number,
  firesAt: number,
): VersionTest {
  return {
    kind,
    key: key!,
    family,
    version: version!,
    since,
    firesAt,
    process: freshEProcess(),
    least: 1,
    began: null,
    sick: 0,
    sickOnNew: 0,
    expectedOnNew: 0,
    expectedUnstratified: 0,
    evidence: 1,
  };
}

export function cloneTest(test: VersionTest): VersionTest {
  return { ...test, process: test.process.slice() };
}

/** Takes in one sick client. Returns whether the evidence has now reached, or raised, what fires. */
export function takeEvent(test: VersionTest, event: TestEvent): boolean {
  afterEvent(test.process, event, EVENT_WEIGHT);
  test.sick++;
  if (event.isNew) test.sickOnNew++;
  test.expectedOnNew += event.share;
  test.expectedUnstratified += event.unstratifiedShare;
  const value = eValue(test.process);
  if (value <= test.least) {
    test.least = value;
    test.began = null;
  } else if (event.isNew) test.began ??= { bin: event.bin, time: event.time };
  if (value <= test.evidence) return false;
  test.evidence = value;
  return value >= test.firesAt;
}

export function findingOf(test: VersionTest): VersionFinding {
  const { kind, version, sick, sickOnNew, expectedOnNew, expectedUnstratified, evidence } = test;
  return { kind, version, sick, sickOnNew, expectedOnNew, expectedUnstratified, evidence };
}
