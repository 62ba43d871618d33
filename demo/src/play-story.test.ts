import { describe, expect, it } from 'vitest';
import type { Announcement } from './announcement.ts';
import { type Clock, Play } from './play-story.ts';
import { planStory, type Scale } from './story.ts';

const SMALL: Scale = {
  slots: 2,
  clients: 10,
  clientsWithBug: 4,
  quiet: [10, 10],
  instanceGap: [5, 5],
  between: [15, 15],
  bugAfter: [3, 3],
  aftermath: [20, 20],
  strayEvery: [8, 8],
  comeBackAfter: [1, 5],
};

/** Time that jumps to the next moment that somebody waits for, once all else has come to rest. */
class JumpingClock implements Clock {
  #now = 0;
  #waiting: { at: number; wake: () => void }[] = [];
  #stopped = false;

  now = (): number => this.#now;

  stop(): void {
    this.#stopped = true;
  }

  until(at: number): Promise<void> {
    if (this.#waiting.length === 0 && !this.#stopped) setImmediate(() => this.#jump());
    return new Promise(wake => this.#waiting.push({ at, wake }));
  }

  #jump(): void {
    this.#waiting.sort((a, b) => a.at - b.at);
    const next = this.#waiting.shift();
    if (next === undefined) return;
    this.#now = Math.max(this.#now, next.at);
    next.wake();
    if (this.#waiting.length > 0 && !this.#stopped) setImmediate(() => this.#jump());
  }
}

/** Plays a small story with every wait at once, and tells what the fleet was asked to do and what was announced, in order. */
async function playedStory(freeze: boolean, enough = Number.POSITIVE_INFINITY): Promise<string[]> {
  const clock = new JumpingClock();
  const told: string[] = [];
  const over = Promise.withResolvers<void>();
  const tell = (what: string): void => {
    told.push(`${Math.round(clock.now())} ${what}`);
    if (told.length === enough) over.resolve();
  };
  const fleet = {
    start: async () => tell('start'),
    replace: async (_slot: number, version: string) => {
      tell(`replace ${version}`);
      return 5;
    },
    sendStray: () => tell('stray'),
    turnBugOn: () => tell('bug on'),
    turnBugOff: () => tell('bug off'),
    freeze: async () => tell('freeze'),
  };
  const announce = (line: Announcement): void => {
    if (line.type === 'phase') tell(`phase ${line.name}`);
    if (line.type === 'frozen') tell('frozen');
  };
  const run = new Play(planStory(1, SMALL), { fleet, clock, announce }).run({ freeze });
  await Promise.race([run, over.promise]);
  clock.stop();
  return told;
}

const UNTIL_AFTERMATH = [
  '0 start',
  '0 phase quiet',
  '8 stray',
  '10 phase deploy_1',
  '10 replace 1.8.1',
  '15 replace 1.8.1',
  '15 phase between',
  '16 stray',
  '24 stray',
  '30 phase deploy_2',
  '30 replace 1.8.2',
  '32 stray',
  '33 bug on',
  '33 phase bug',
  '35 replace 1.8.2',
  '35 phase aftermath',
  '40 stray',
  '48 stray',
];

describe('playing the story', () => {
  it('goes from quiet through two deploys, with the bug inside the second, to a stop', async () => {
    expect(await playedStory(true)).toEqual([...UNTIL_AFTERMATH, '55 freeze', '55 frozen']);
  });

  it('mends the client and goes on with the stray messages when nobody asks for an end', async () => {
    const told = await playedStory(false, UNTIL_AFTERMATH.length + 4);
    expect(told).toEqual([...UNTIL_AFTERMATH, '55 bug off', '56 stray', '64 stray', '72 stray']);
  });
});
