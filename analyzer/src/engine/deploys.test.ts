import type { DeployMarker } from '@closewatch/collector';
import { describe, expect, it } from 'vitest';
import { Fleet } from '../fleet.fixture.ts';
import { createEngine } from './engine.ts';

const START = Date.parse('2026-11-23T10:00:00Z');

function bandsOf(fleet: Fleet, markers: readonly DeployMarker[] = []) {
  const engine = createEngine();
  engine.setMarkers(markers);
  engine.ingest(fleet.rows());
  engine.evaluate();
  return engine.deploys(START, START + 3_600_000);
}

const fleetOf = () => new Fleet({ seed: 1, startedAt: START, clients: 60, instances: 3, version: '1.8.0' });
const marker = (at: number): DeployMarker => ({
  id: 'm',
  service: 'gateway',
  environment: 'prod',
  version: '1.8.1',
  startedAt: START + at * 1_000,
  finishedAt: null,
  link: null,
});

describe('the deploys of a service', () => {
  it('are inferred from the versions of instances that come and go', () => {
    expect(bandsOf(fleetOf().pass(120).roll('1.8.1', 8).pass(300))).toMatchObject([
      { fromVersion: '1.8.0', version: '1.8.1', source: 'inferred' },
    ]);
  });

  it('are one band where somebody marked what is inferred, too', () => {
    expect(bandsOf(fleetOf().pass(120).roll('1.8.1', 8).pass(300), [marker(100)])).toMatchObject([
      { fromVersion: '1.8.0', version: '1.8.1', source: 'marker', startedAt: '2026-11-23T10:01:40.000Z' },
    ]);
  });

  it('are there where a new version comes and no instance goes, marked or not', () => {
    const canary = (): Fleet => {
      const fleet = fleetOf().pass(120);
      fleet.addInstance('canary', '1.8.1');
      for (let minute = 0; minute < 20; minute += 1) fleet.reload().pass(20);
      return fleet;
    };
    expect(bandsOf(canary())).toMatchObject([{ fromVersion: '1.8.0', version: '1.8.1', source: 'inferred' }]);
    expect(bandsOf(canary(), [marker(110)])).toMatchObject([
      { fromVersion: '1.8.0', version: '1.8.1', source: 'marker' },
    ]);
  });

  it('are none where two versions are there from the beginning', () => {
    const fleet = fleetOf();
    fleet.addInstance('other', '1.7.0');
    expect(bandsOf(fleet.pass(300))).toEqual([]);
  });
});
