import { InstrumentationBase, InstrumentationNodeModuleDefinition } from '@opentelemetry/instrumentation';
import { METRIC_TELEMETRY_DROPPED } from './attributes.ts';
import { systemClock } from './clock.ts';
import { ConnectionObserver } from './connection-observer.ts';
import { Guard } from './guard.ts';
import { DEFAULT_RECONNECT_TIMEOUT_MILLIS, type WebSocketInstrumentationConfig } from './options.ts';
import { ReconnectPairing } from './reconnect/reconnect-pairing.ts';
import { SpanWriter } from './span-writer.ts';
import { PACKAGE_NAME, PACKAGE_VERSION } from './version.ts';
import { WsAdapter } from './ws/ws-adapter.ts';
import { onWsImported, type Unhook } from './ws/ws-imports.ts';

/**
 * Instruments the servers and clients of `ws` 8, required or imported, in all the copies that a process loads after this
 * object was made. Spans and attributes are those of `attributes.ts`. Example:
 * `new NodeSDK({ instrumentations: [new WebSocketInstrumentation()] }).start()` in a file that `node --import` loads.
 */
export class WebSocketInstrumentation extends InstrumentationBase<WebSocketInstrumentationConfig> {
  readonly #pairing: ReconnectPairing;
  readonly #ws: WsAdapter;
  #unhookImports: Unhook | null = null;

  constructor(config: WebSocketInstrumentationConfig = {}) {
    // The base class would enable itself before the fields below exist.
    super(PACKAGE_NAME, PACKAGE_VERSION, { ...config, enabled: false });
    const spans = new SpanWriter(() => this.tracer, systemClock);
    const guard = new Guard(() => this._diag);
    const timeout = (): number => this.getConfig().reconnectTimeoutMillis ?? DEFAULT_RECONNECT_TIMEOUT_MILLIS;
    this.#pairing = new ReconnectPairing(
      {
        recovered: (departure, close, back) => guard.run('reconnect', () => spans.recovered(departure, close, back)),
        abandoned: (departure, close) => guard.run('reconnect', () => spans.abandoned(departure, close)),
        dropped: () => this.#dropped(),
      },
      timeout,
    );
    this.#ws = new WsAdapter(new ConnectionObserver(() => this.getConfig(), systemClock, guard, spans, this.#pairing));
    if (config.enabled !== false) this.enable();
  }

  protected override init(): InstrumentationNodeModuleDefinition[] {
    const patch = (module: unknown): unknown => {
      this.#ws.add(module);
      return module;
    };
    return [new InstrumentationNodeModuleDefinition('ws', ['>=8.0.0 <9'], patch)];
  }

  override enable(): void {
    super.enable();
    this.#unhookImports ??= onWsImported(module => this.#ws.add(module));
    this.#ws.enable();
  }

  /** Takes every patch out of every copy of `ws`, and forgets the reconnects that were waited for. */
  override disable(): void {
    super.disable();
    this.#unhookImports?.();
    this.#unhookImports = null;
    this.#ws.disable();
    this.#pairing.stop();
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

  #dropped(): void {
    this.meter.createCounter(METRIC_TELEMETRY_DROPPED).add(1);
  }
}
