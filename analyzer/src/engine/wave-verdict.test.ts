import { describe, expect, it } from 'vitest';
import { lifeOf, wavesOf } from '../wave/connections.fixture.ts';
import { DEFAULT_WAVE_SETTINGS, type Wave } from '../wave.ts';
import { waveVerdict } from './wave-verdict.ts';

const [roll] = wavesOf(
  [0, 1].flatMap(index => [
    ...lifeOf({ instance: `old-${index}`, sheds: 980 + index * 10 }),
    ...lifeOf({ instance: `new-${index}`, version: '1.8.2', opensAt: 984 + index * 10 }),
  ]),
  { now: 1_300_000 },
);

function told(shares: Pick<Wave['reconnect'], 'early' | 'withinWindow' | 'late'>) {
  const wave = { ...roll!, reconnect: { ...roll!.reconnect, ...shares } };
  const { early, withinWindow, late } = waveVerdict(wave, DEFAULT_WAVE_SETTINGS).reconnect!;
  return { early, withinWindow, late };
}

describe('the reconnect health that a wave’s verdict tells', () => {
  it('has parts that add up to 1 where all are back', () => {
    expect(told({ early: 1 / 3, withinWindow: 1 / 3, late: 1 / 3 })).toEqual({
      early: 0.333,
      withinWindow: 0.334,
      late: 0.333,
    });
  });

  it('is never rounded up to all while one client of many is out', () => {
    expect(told({ early: 0, withinWindow: 0.9999, late: 0 })).toEqual({ early: 0, withinWindow: 0.999, late: 0 });
  });
});
