import { InstrumentationBase, InstrumentationNodeModuleDefinition } from '@opentelemetry/instrumentation';
import { systemClock } from './clock.ts';
import type { Connection } from './connection.ts';
import { ConnectionObserver } from './connection-observer.ts';
import { onStartDrain } from './drain/start-drain.ts';
import { onExplicitCall } from './explicit/instrument-explicitly.ts';
import { Guard } from './guard.ts';
import type { ClientIdentity } from './identity/client-identity.ts';
import { onSetClient } from './identity/set-client.ts';
import { ConnectionMetrics } from './metrics/connection-metrics.ts';
import { DEFAULT_RECONNECT_TIMEOUT_MILLIS, type WebSocketInstrumentationConfig } from './options.ts';
import { ReconnectPairing } from './reconnect/reconnect-pairing.ts';
import { SamplingWatch } from './sampling-watch.ts';
import { EngineAdapter } from './socket-io/engine-adapter.ts';
import { onEngineImported } from './socket-io/engine-imports.ts';
import { SpanWriter } from './span-writer.ts';
import { UndiciAdapter } from './undici/undici-adapter.ts';
import { PACKAGE_NAME, PACKAGE_VERSION } from './version.ts';
import { WsAdapter } from './ws/ws-adapter.ts';
import { onWsImported, type Unhook } from './ws/ws-imports.ts';

/**
 * Instruments the servers and clients of `ws` 8 (and 7.5, where it is required), in all the copies that a process loads after
 * this object was made, the WebSockets of undici 7 and 8, and Node's global `WebSocket`. Spans and attributes are those of
 * `attributes.ts`. Example:
 * `new NodeSDK({ instrumentations: [new WebSocketInstrumentation()] }).start()` in a file that `node --import` loads.
 */
export class WebSocketInstrumentation extends InstrumentationBase<WebSocketInstrumentationConfig> {
  readonly #pairing: ReconnectPairing;
  readonly #ws: WsAdapter;
  readonly #undici: UndiciAdapter;
  readonly #engine: EngineAdapter;
  readonly #metrics: ConnectionMetrics;
  readonly #observer: ConnectionObserver;
  #unhookImports: Unhook | null = null;
  #unhookEngine: Unhook | null = null;
  #unhookExplicit: Unhook | null = null;
  #unhookSetClient: Unhook | null = null;
  #unhookStartDrain: Unhook | null = null;

  constructor(config: WebSocketInstrumentationConfig = {}) {
    // The base class would enable itself before the fields below exist.
    super(PACKAGE_NAME, PACKAGE_VERSION, { ...config, enabled: false });
    const sampling = new SamplingWatch(message => this._diag.warn(message));
    const spans = new SpanWriter(() => this.tracer, systemClock, sampling);
    const metrics = new ConnectionMetrics(this.meter);
    this.#metrics = metrics;
    const guard = new Guard(() => this._diag);
    const timeout = (): number => this.getConfig().reconnectTimeoutMillis ?? DEFAULT_RECONNECT_TIMEOUT_MILLIS;
    this.#pairing = new ReconnectPairing(
      {
        recovered: (departure, close, back) =>
          guard.run('reconnect', () => {
            spans.recovered(departure, close, back);
            metrics.reconnected('recovered', close.code, Math.max(0, back.at - close.at) / 1000);
          }),
        abandoned: (departure, close) =>
          guard.run('reconnect', () => {
            spans.abandoned(departure, close);
            metrics.reconnected('abandoned', close.code, (systemClock.monotonic() - close.at) / 1000);
          }),
        dropped: () => metrics.dropped(1, 'reconnects_full'),
      },
      timeout,
    );
    this.#observer = new ConnectionObserver(() => this.getConfig(), systemClock, guard, spans, this.#pairing, metrics);
    this.#ws = new WsAdapter(this.#observer);
    this.#undici = new UndiciAdapter(this.#observer, () => metrics.dropped(1, 'handshakes_full'));
    this.#engine = new EngineAdapter(guard, webSocket => this.#connectionOf(webSocket));
    if (config.enabled !== false) this.enable();
  }

  protected override init(): InstrumentationNodeModuleDefinition[] {
    const patch = (module: unknown): unknown => {
      this.#ws.add(module);
      return module;
    };
    const patchEngine = (module: unknown): unknown => {
      this.#engine.add(module);
      return module;
    };
    return [
      new InstrumentationNodeModuleDefinition('ws', ['>=7.5.0 <9'], patch),
      new InstrumentationNodeModuleDefinition('engine.io', ['>=6 <7'], patchEngine),
      new InstrumentationNodeModuleDefinition('engine.io-client', ['>=6 <7'], patchEngine),
    ];
  }

  override enable(): void {
    super.enable();
    this.#unhookImports ??= onWsImported(module => this.#ws.add(module));
    this.#unhookEngine ??= onEngineImported(module => this.#engine.add(module));
    this.#unhookExplicit ??= onExplicitCall({
      server: server => this.#ws.addServer(server),
      webSocketClass: prototype => this.#ws.addWebSocketClass(prototype) || this.#undici.addWebSocketClass(prototype),
    });
    this.#unhookSetClient ??= onSetClient((socket, identity) => this.#identify(socket, identity));
    this.#unhookStartDrain ??= onStartDrain(server => this.#startDrain(server));
    this.#ws.enable();
    this.#undici.enable();
    this.#engine.enable();
  }

  /** Takes every patch out of every copy of `ws`, and forgets the reconnects that were waited for. */
  override disable(): void {
    super.disable();
    this.#unhookImports?.();
    this.#unhookImports = null;
    this.#unhookEngine?.();
    this.#unhookEngine = null;
    this.#unhookExplicit?.();
    this.#unhookExplicit = null;
    this.#unhookSetClient?.();
    this.#unhookSetClient = null;
    this.#unhookStartDrain?.();
    this.#unhookStartDrain = null;
    this.#ws.disable();
    this.#undici.disable();
    this.#engine.disable();
    this.#pairing.stop();
    this.#metrics.stop();
  }

  /**
   * Instruments a copy of `ws` that no loader hook can see: bundled into the application, or loaded before. Takes the
   * module's exports, as `require('ws')` or `import * as ws` gives them; throws a TypeError for anything else.
   */
  instrumentModule(ws: unknown): void {
    if (this.#ws.add(ws)) return;
    throw new TypeError(
      'expected the exports of ws 8 (WebSocket, WebSocketServer, Receiver and Sender), got something else',
    );
  }

  #connectionOf(webSocket: object): Connection | undefined {
    return this.#ws.connectionOf(webSocket) ?? this.#undici.connectionOf(webSocket);
  }

  #identify(socket: object, identity: ClientIdentity): boolean {
    const connection = this.#connectionOf(socket);
    if (connection) this.#observer.identify(connection, identity);
    return connection !== undefined;
  }

  #startDrain(server: object): boolean {
    const isKnown = this.#ws.knowsServer(server);
    if (isKnown) this.#observer.draining(server);
    return isKnown;
  }

  /** Called by the base class whenever it got a meter, the first time before the fields of this class exist. */
  override _updateMetricInstruments(): void {
    if (#metrics in this) this.#metrics.use(this.meter);
  }
}
