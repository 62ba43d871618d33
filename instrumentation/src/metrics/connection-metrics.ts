import type { Attributes, Counter, Histogram, Meter, UpDownCounter } from '@opentelemetry/api';
import * as attr from '../attributes.ts';
import { CodeAllowance } from './code-allowance.ts';

/** Seconds. From a crash loop's to a day's; 60, 100, 240 and 350 s, where proxies cut, fall into buckets of their own. */
const DURATION_BOUNDARIES = [1, 5, 15, 30, 55, 65, 95, 105, 235, 245, 345, 355, 600, 1_800, 3_600, 14_400, 86_400];
/** Seconds. The advised 1 to 5 s lie on boundaries; past five minutes a client counts as gone. */
const RECONNECT_BOUNDARIES = [0.1, 0.25, 0.5, 1, 2, 3, 4, 5, 7.5, 10, 20, 30, 60, 120, 300];

/** Why telemetry was left out: `error.type` of `websocket.telemetry.dropped`. */
export type DropReason =
  | 'reconnects_full'
  | 'handshakes_full'
  | 'queue_full'
  | 'export_failed'
  | 'shut_down'
  | 'process_exit';

/**
 * The metrics of the conventions, through the Metrics API: without an SDK they cost next to nothing and go nowhere. Their
 * attributes are few and bounded (role, code, initiator, reason): never an id, a path or an address.
 */
export class ConnectionMetrics {
  #instruments: Instruments;
  readonly #codes = new CodeAllowance();
  /** How many connections this object has counted as open, by role, to be taken back by `stop`. */
  readonly #open: Record<attr.Role, number> = { client: 0, server: 0 };

  constructor(meter: Meter) {
    this.#instruments = instrumentsOf(meter);
  }

  /** Goes on with another meter, such as the one of an SDK that was registered later. What is open moves along. */
  use(meter: Meter): void {
    this.#addOpen(-1);
    this.#instruments = instrumentsOf(meter);
    this.#addOpen(1);
  }

  opened(role: attr.Role): void {
    this.#open[role] += 1;
    this.#instruments.active.add(1, { [attr.ATTR_ROLE]: role });
  }

  /** `code` is the effective one; `seconds` is how long the connection was open. */
  closed(role: attr.Role, code: number, initiator: attr.CloseInitiator, seconds: number): void {
    this.#open[role] -= 1;
    this.#instruments.active.add(-1, { [attr.ATTR_ROLE]: role });
    const attributes = this.#withCode({ [attr.ATTR_ROLE]: role }, attr.ATTR_CLOSE_CODE, code);
    this.#instruments.duration.record(seconds, attributes);
    this.#instruments.closes.add(1, { ...attributes, [attr.ATTR_CLOSE_INITIATOR]: initiator });
  }

  /** `seconds` is from the previous close until the new open, or until it was given up. */
  reconnected(outcome: attr.ReconnectOutcome, previousCode: number, seconds: number): void {
    const attributes = { [attr.ATTR_RECONNECT_OUTCOME]: outcome };
    const name = attr.ATTR_RECONNECT_PREVIOUS_CODE;
    this.#instruments.reconnects.record(seconds, this.#withCode(attributes, name, previousCode));
  }

  /** `errorType` is an HTTP status, or a system's or library's stable error code. */
  connectFailed(role: attr.Role, errorType: string): void {
    this.#instruments.failures.add(1, { [attr.ATTR_ROLE]: role, [attr.ATTR_ERROR_TYPE]: errorType });
  }

  dropped(count: number, reason: DropReason): void {
    this.#instruments.dropped.add(count, { [attr.ATTR_ERROR_TYPE]: reason });
  }

  /** Nothing is watched any longer, so nothing is known to be open. */
  stop(): void {
    this.#addOpen(-1);
    this.#open.client = this.#open.server = 0;
  }

  #addOpen(sign: 1 | -1): void {
    for (const role of ['client', 'server'] as const) {
      if (this.#open[role] > 0) this.#instruments.active.add(sign * this.#open[role], { [attr.ATTR_ROLE]: role });
    }
  }

  #withCode(attributes: Attributes, name: string, code: number): Attributes {
    return this.#codes.allows(code) ? { ...attributes, [name]: code } : attributes;
  }
}

interface Instruments {
  active: UpDownCounter;
  duration: Histogram;
  closes: Counter;
  reconnects: Histogram;
  failures: Counter;
  dropped: Counter;
}

function instrumentsOf(meter: Meter): Instruments {
  return {
    active: meter.createUpDownCounter(attr.METRIC_CONNECTIONS_ACTIVE, {
      description: 'Open WebSocket connections',
      unit: '{connection}',
    }),
    duration: meter.createHistogram(attr.METRIC_CONNECTION_DURATION, {
      description: 'How long closed connections were open',
      unit: 's',
      advice: { explicitBucketBoundaries: DURATION_BOUNDARIES },
    }),
    closes: meter.createCounter(attr.METRIC_CLOSES, {
      description: 'Closed connections by effective close code',
      unit: '{close}',
    }),
    reconnects: meter.createHistogram(attr.METRIC_RECONNECT_DURATION, {
      description: "From a client's close until it was back, or given up",
      unit: 's',
      advice: { explicitBucketBoundaries: RECONNECT_BOUNDARIES },
    }),
    failures: meter.createCounter(attr.METRIC_CONNECT_FAILURES, {
      description: 'Handshakes that failed',
      unit: '{handshake}',
    }),
    dropped: droppedCounter(meter),
  };
}

/** The counter of everything that was left out, on any meter. */
export function droppedCounter(meter: Meter): Counter {
  return meter.createCounter(attr.METRIC_TELEMETRY_DROPPED, {
    description: 'Spans that were not exported, by reason',
    unit: '{span}',
  });
}
