import type { Announcement, PhaseName } from './announcement.ts';
import type { Fleet } from './fleet.ts';
import type { DeployPlan, Story, Stray } from './story.ts';

/** Real time, as seconds since the demo began, and a way to wait for a moment of it. `until` rejects when the play is stopped. */
export interface Clock {
  now(): number;
  until(at: number): Promise<void>;
}

/** What the play needs: the fleet, a clock, and somewhere to announce what happens. */
export interface Stage {
  fleet: Pick<Fleet, 'start' | 'replace' | 'sendStray' | 'turnBugOn' | 'turnBugOff' | 'freeze'>;
  clock: Clock;
  announce(announcement: Announcement): void;
}

/** Sends the stray messages at their times, from `begin` on, over and over until `done` says so. */
async function sendStrays(stage: Stage, strays: readonly Stray[], begin: number, done: () => boolean): Promise<void> {
  const round = strays.at(-1)?.at;
  if (round === undefined) return;
  for (let start = begin; ; start += round) {
    for (const stray of strays) {
      await stage.clock.until(start + stray.at);
      if (done()) return;
      stage.fleet.sendStray(stray.clientId, stray.bytes);
    }
  }
}

/** Plays a story on a stage, in real time. */
export class Play {
  readonly #story: Story;
  readonly #stage: Stage;
  #over = false;

  constructor(story: Story, stage: Stage) {
    this.#story = story;
    this.#stage = stage;
  }

  /** From the first process to the end of the aftermath. With `freeze` the traffic has then stopped, and else it goes on. */
  async run({ freeze }: { freeze: boolean }): Promise<void> {
    const { clock, fleet } = this.#stage;
    const { clients, regions, firstVersion } = this.#story;
    this.#narrate(`${regions.length} gateways of ${firstVersion} start, and ${clients.length} clients connect`);
    await fleet.start();
    const strays = sendStrays(this.#stage, this.#story.strays, clock.now(), () => this.#over);
    await Promise.all([this.#chapters(freeze), strays]);
  }

  async #chapters(freeze: boolean): Promise<void> {
    const { clock } = this.#stage;
    const [first, second] = this.#story.deploys;
    this.#phase(
      'quiet',
      'all clients are connected: quiet traffic, with a stray latin-1 text from an old client now and then',
    );
    await clock.until(clock.now() + this.#story.quiet);
    this.#phase('deploy_1', `a rolling deploy of ${first.version} begins; nothing is wrong with it`);
    await this.#deploy(first);
    this.#phase('between', `${first.version} is out; quiet traffic again`);
    await clock.until(clock.now() + this.#story.between);
    this.#phase('deploy_2', `a rolling deploy of ${second.version} begins`);
    const bug = Promise.withResolvers<void>();
    await this.#deploy(second, () => bug.resolve(this.#bug(clock.now() + this.#story.bug.after)));
    await bug.promise;
    this.#phase('aftermath', `${second.version} is out; the bug goes on`);
    await clock.until(clock.now() + this.#story.aftermath);
    await (freeze ? this.#freeze() : this.#mend());
  }

  async #deploy(deploy: DeployPlan, firstReplaced = (): void => {}): Promise<void> {
    const { clock, fleet } = this.#stage;
    const begin = clock.now();
    for (const [step, slot] of deploy.order.entries()) {
      await clock.until(begin + step * deploy.instanceGap);
      const closed = await fleet.replace(slot, deploy.version);
      this.#narrate(`slot ${slot} closed ${closed} connections with 1012 and came back as ${deploy.version}`);
      if (step === 0) firstReplaced();
    }
  }

  async #bug(at: number): Promise<void> {
    const { clientVersion, messageIndex, wrong } = this.#story.bug;
    await this.#stage.clock.until(at);
    this.#stage.fleet.turnBugOn();
    const which = messageIndex === 0 ? 'first' : 'second';
    this.#phase('bug', `client ${clientVersion} begins to send ${wrong.signature} as text, as its ${which} message`);
  }

  async #freeze(): Promise<void> {
    this.#over = true;
    await this.#stage.fleet.freeze();
    this.#narrate('the traffic has stopped, and everything is exported');
    this.#stage.announce({ type: 'frozen' });
  }

  #mend(): void {
    this.#stage.fleet.turnBugOff();
    this.#narrate(`client ${this.#story.bug.clientVersion} is mended; the traffic goes on until you stop it`);
  }

  #phase(name: PhaseName, text: string): void {
    this.#stage.announce({ type: 'phase', name, at: this.#now() });
    this.#narrate(text);
  }

  #narrate(text: string): void {
    this.#stage.announce({ type: 'narration', at: this.#now(), text });
  }

  #now(): number {
    return Math.round(this.#stage.clock.now() * 1000) / 1000;
  }
}
