import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Analyzer, createAnalyzer } from '@closewatch/analyzer';
import { type CloseEvent, EventBatch, openDuckDbStore, type Store } from '@closewatch/collector';
import { createDashboard, type Dashboard } from '@closewatch/dashboard';
import { Fleet } from '../../analyzer/src/fleet.fixture.ts';

const PAGE = join(import.meta.dirname, '../../dashboard/web/dist/index.html');
const CHANNEL = 'on-call';
/** What a client may call itself: it comes from outside, and has to stay text. */
export const HOSTILE_CLIENT = '<img src="x" onerror="window.wasRun = true">';

/** A fleet's history in a real store, watched by the real analyzer, shown by the real dashboard. */
export class WatchedGateway {
  readonly store: Store;
  readonly analyzer: Analyzer;
  readonly #folder: string;
  readonly #fleet: Fleet;
  #dashboard: Dashboard;
  #appended = 0;
  #port = 0;

  private constructor(folder: string, store: Store, fleet: Fleet) {
    this.#folder = folder;
    this.store = store;
    this.analyzer = createAnalyzer({ store, channels: [{ name: CHANNEL }], tickMs: 50 });
    this.#dashboard = createDashboard({ store, analyzer: this.analyzer, port: 0 });
    this.#fleet = fleet;
  }

  /** Begins with 13 quiet minutes up to two minutes ago; in the last of them a single client sends bytes, which is no verdict. */
  static async start(): Promise<WatchedGateway> {
    if (!existsSync(PAGE)) throw new Error('expected a built page, got none: run "npm run build:page" first');
    const folder = await mkdtemp(join(tmpdir(), 'closewatch-browser-'));
    const startedAt = Date.now() - 15 * 60_000;
    const fleet = new Fleet({ seed: 7, startedAt, clients: 150, instances: 4, version: '1.8.1' });
    const watched = new WatchedGateway(folder, await openDuckDbStore({ folder }), fleet);
    fleet.pass(12 * 60).pass(60, 0.1, client => client === 3);
    await watched.#append();
    await watched.analyzer.start();
    watched.#port = (await watched.#dashboard.start()).port;
    return watched;
  }

  /** Past deploy waves of another service, each newer than anything that the fleet did: more than one page of the list. */
  async addEndedWaves(count: number): Promise<void> {
    const [bug] = await this.store.readVerdicts({ kind: 'payload_bug' });
    const verdicts = Array.from({ length: count }, (_, index) => {
      const at = Date.now() + index;
      const columns = {
        id: `v-wave${index}`,
        kind: 'deploy_wave',
        status: 'ended',
        service: 'chat',
        environment: 'prod',
      };
      const time = new Date(at).toISOString();
      const document = { ...bug!.document, ...columns, severity: 'info', startedAt: time, endedAt: time };
      return { ...columns, startedAt: at, endedAt: at, document };
    });
    await this.store.keepVerdicts({ verdicts, transitions: [], messages: [] });
  }

  get origin(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** A rolling deploy, inside which client 5.2.0 begins to send gzip as text. */
  async deployWithBug(): Promise<void> {
    this.#fleet.roll('1.8.2', 8, step => {
      if (step === 1) this.#fleet.pass(4, 1.2, client => client % 5 === 0);
    });
    this.#fleet.pass(30, 1.2, client => client % 5 === 0);
    await this.#append();
    await this.analyzer.caughtUp();
  }

  /** Lets the outbox know that the pages that are due were accepted. */
  async acceptPages(at: number): Promise<void> {
    const due = await this.store.readDueMessages(Date.now(), 100);
    for (const { id } of due) await this.store.recordDelivery(id, { state: 'delivered', at, status: 204 });
  }

  async stopDashboard(): Promise<void> {
    await this.#dashboard.stop();
  }

  /** A new dashboard at the old address. */
  async restartDashboard(): Promise<void> {
    this.#dashboard = createDashboard({ store: this.store, analyzer: this.analyzer, port: this.#port });
    await this.#dashboard.start();
  }

  async stop(): Promise<void> {
    await this.#dashboard.stop();
    await this.analyzer.stop();
    await this.store.close();
    await rm(this.#folder, { recursive: true });
  }

  async #append(): Promise<void> {
    const rows = this.#fleet.events.slice(this.#appended).map(withHostileName);
    this.#appended = this.#fleet.events.length;
    await this.store.appendEvents(EventBatch.of(rows.sort((a, b) => a.time - b.time)));
  }
}

function withHostileName(event: CloseEvent): CloseEvent {
  return event.clientId === 'client-90' ? { ...event, clientId: HOSTILE_CLIENT } : event;
}
