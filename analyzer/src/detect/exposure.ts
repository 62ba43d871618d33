import { FORGOTTEN_AFTER, SILENT_AFTER } from '../facts/limits.ts';
import type { Bin } from '../facts/service-bins.ts';

/** Open connections of one instance. */
interface InstanceLevel {
  young: number;
  old: number;
  lastSpoken: number;
}

/** Connections open at the end of a bin, by instance; those of silent instances apart, as they no longer count. */
export interface ExposureState {
  /** In order of their last word, so that who fell silent is found at the front. */
  speaking: Map<string, InstanceLevel>;
  silent: Map<string, InstanceLevel>;
  young: number;
  old: number;
}

/** Connection-seconds of one bin, by the age of the connections. */
export interface Exposure {
  young: number;
  old: number;
}

export function noExposure(): ExposureState {
  return { speaking: new Map(), silent: new Map(), young: 0, old: 0 };
}

export function cloneExposure(state: ExposureState): ExposureState {
  const copy = (levels: Map<string, InstanceLevel>) => new Map([...levels].map(([key, level]) => [key, { ...level }]));
  return { ...state, speaking: copy(state.speaking), silent: copy(state.silent) };
}

/**
 * Carries the open connections over one bin and returns its exposure. An instance that was silent for five minutes has
 * none any more until it speaks again: a killed server's connections would otherwise stay open for ever.
 */
export function advanceExposure(state: ExposureState, bin: Bin | undefined, number: number): Exposure {
  let youngTime = state.young * 1_000;
  let oldTime = state.old * 1_000;
  for (const [instance, step] of bin?.steps ?? []) {
    const level = step.spoke > 0 ? hear(state, instance, number) : levelOf(state, instance, number);
    const counts = state.speaking.get(instance) === level;
    const young = Math.max(0, level.young + step.young) - level.young;
    const old = Math.max(0, level.old + step.old) - level.old;
    level.young += young;
    level.old += old;
    if (!counts) continue;
    state.young += young;
    state.old += old;
    youngTime += step.youngTime;
    oldTime += step.oldTime;
  }
  hush(state, number);
  return { young: Math.max(0, youngTime) / 1_000, old: Math.max(0, oldTime) / 1_000 };
}

function levelOf(state: ExposureState, instance: string, number: number): InstanceLevel {
  const known = state.speaking.get(instance) ?? state.silent.get(instance);
  if (known) return known;
  const level = { young: 0, old: 0, lastSpoken: number };
  state.silent.set(instance, level);
  return level;
}

function hear(state: ExposureState, instance: string, number: number): InstanceLevel {
  const level = levelOf(state, instance, number);
  if (state.silent.delete(instance)) {
    state.young += level.young;
    state.old += level.old;
  }
  state.speaking.delete(instance);
  state.speaking.set(instance, level);
  level.lastSpoken = number;
  return level;
}

function hush(state: ExposureState, number: number): void {
  for (const [instance, level] of state.speaking) {
    if (level.lastSpoken > number - SILENT_AFTER) break;
    state.speaking.delete(instance);
    state.silent.set(instance, level);
    state.young -= level.young;
    state.old -= level.old;
  }
  for (const [instance, level] of state.silent) {
    if (level.lastSpoken > number - FORGOTTEN_AFTER) break;
    state.silent.delete(instance);
  }
}
