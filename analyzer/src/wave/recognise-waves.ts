import type { DeployMarker } from '@closewatch/collector';
import { type Connection, clientKey } from '../connection.ts';
import { returnsOfWave } from '../reconnect/returns-of-wave.ts';
import type { Wave, WaveSettings } from '../wave.ts';
import { type FoundRestart, findRestarts } from './find-restarts.ts';
import { groupRestarts, type RestartGroup } from './group-restarts.ts';
import { type InstanceTimeline, instanceTimelines, isUpAt } from './instance-timeline.ts';
import { markerOf } from './marker-of.ts';
import { isSuccessor, successorVersion } from './successor-version.ts';
import { waveConfidence } from './wave-confidence.ts';

/** What is known beside the connections. `now` is event time, epoch milliseconds. */
export interface WaveContext {
  now: number;
  service: string;
  environment: string | null;
  markers: readonly DeployMarker[];
  settings: WaveSettings;
}

/**
 * The waves of one service and environment, by their start: two or more of its instances (or all of them) that shed
 * their connections one after another, and the clients' way back. `connections` are those open at `now` and those
 * closed in the last 45 minutes or so (a wave that runs longer needs them from its start on); facts after `now` are
 * not looked at. Pure: every time is that of a fact, so that a later call with more facts gives the same wave.
 * Takes time in proportion to the connections.
 */
export function recogniseWaves(connections: readonly Connection[], context: WaveContext): Wave[] {
  const { settings, now } = context;
  const timelines = instanceTimelines(connections, now);
  const restarts = timelines.flatMap(timeline => findRestarts(timeline, settings.minCloses, now));
  if (restarts.length === 0) return [];
  const groups = groupRestarts(restarts, restart => successorVersion(restart, timelines), settings.instanceGap * 1000);
  return groups
    .filter(group => group.restarts.length >= 2 || isWholeService(group.restarts[0]!, timelines))
    .map(group => waveFrom(group, connections, context));
}

/** True where no other instance had connections when this one began to restart; a successor brought up first is none. */
function isWholeService(restart: FoundRestart, timelines: readonly InstanceTimeline[]): boolean {
  return !timelines.some(
    timeline =>
      (timeline.instance !== restart.instance || timeline.version !== restart.version) &&
      !isSuccessor(timeline, restart) &&
      isUpAt(timeline, restart.startedAt),
  );
}

function waveFrom(group: RestartGroup, connections: readonly Connection[], context: WaveContext): Wave {
  const { service, environment, settings, now } = context;
  const { restarts, lastCloseAt } = group;
  const startedAt = restarts[0]!.startedAt;
  const closes = restarts.flatMap(restart => restart.closes);
  const marker = markerOf(startedAt, group.toVersion, context);
  const over = now > lastCloseAt + settings.instanceGap * 1000;
  const halfGone = restarts.map(restart => restart.halfGoneAt).sort((a, b) => a - b);
  const versionChanged = group.toVersion !== null;
  const confirmed = versionChanged || over;

  return {
    kind: versionChanged || marker !== null ? 'deploy_wave' : 'restart_wave',
    service,
    environment,
    confirmed,
    fromVersion: mostFrequent(restarts.map(restart => restart.version)),
    toVersion: group.toVersion ?? marker?.version ?? null,
    instances: restarts.map(({ closes: _closes, firstSeenAt: _seen, ...restart }) => restart),
    startedAt,
    detectedAt: halfGone[1] ?? halfGone[0]!,
    endedAt: over ? lastCloseAt : null,
    closes: closes.length,
    clients: new Set(closes.map(clientKey)).size,
    codes: countByCode(closes),
    ...returnsOfWave(closes, connections, { startedAt, lastCloseAt, now, settings }),
    marker: marker === null ? null : { startedAt: marker.startedAt, version: marker.version },
    payloadBugs: countPayloadBugs(connections, startedAt, lastCloseAt),
    confidence: waveConfidence(restarts, { versionChanged, marked: marker !== null, over }),
  };
}

/** On every instance: those that a client has just come back to are where a bug of the wave's time mostly shows. */
function countPayloadBugs(connections: readonly Connection[], from: number, until: number): number {
  const isMeanwhile = ({ payloadBug, closedAt }: Connection) =>
    payloadBug && closedAt !== null && closedAt >= from && closedAt <= until;
  return connections.filter(isMeanwhile).length;
}

function mostFrequent(versions: readonly (string | null)[]): string | null {
  const counts = new Map<string, number>();
  for (const version of versions) if (version !== null) counts.set(version, (counts.get(version) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0] ?? null;
}

/** A close without a code had no close frame: 1006, by the conventions' third rule. */
function countByCode(closes: readonly Connection[]): Map<number, number> {
  const codes = new Map<number, number>();
  for (const { code } of closes) codes.set(code ?? 1006, (codes.get(code ?? 1006) ?? 0) + 1);
  return codes;
}
