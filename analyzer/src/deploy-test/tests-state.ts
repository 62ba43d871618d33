import { cloneTest, type VersionTest } from './version-test.ts';

/** All that the version tests carry from one bin to the next. */
export interface TestsState {
  /** Number of the bin that comes next. */
  bin: number;
  /** Open connections of 10 s and more, by arm. */
  old: Map<number, number>;
  /** The last bin with a row, by instance. */
  heard: Map<string, number>;
  /** The bin in which each version was first seen, and each family of versions. */
  versions: Map<string, number>;
  families: Map<string, number>;
  /** The bins in which the tests of the last week began. */
  begun: number[];
  tests: VersionTest[];
}

export function freshState(bin: number): TestsState {
  return { bin, old: new Map(), heard: new Map(), versions: new Map(), families: new Map(), begun: [], tests: [] };
}

export function cloneState(state: TestsState): TestsState {
  return {
    ...state,
    old: new Map(state.old),
    heard: new Map(state.heard),
    versions: new Map(state.versions),
    families: new Map(state.families),
    begun: state.begun.slice(),
    tests: state.tests.map(cloneTest),
  };
}
