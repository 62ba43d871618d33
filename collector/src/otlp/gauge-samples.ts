import { ATTR_ROLE, METRIC_CONNECTIONS_ACTIVE } from '@closewatch/instrumentation/attributes';
import { COLUMNS, PLACE } from '../columns.ts';
import type { GaugeSample } from '../gauge-sample.ts';
import type { IngestTally, UnusableReason } from '../ingest-tally.ts';
import { AttributeFields } from './attribute-fields.ts';
import { type EventRows, type Receipt, UNKNOWN_SERVICE } from './event-rows.ts';
import { MalformedRequestError } from './malformed-request-error.ts';
import { RowDraft } from './row-draft.ts';
import { ROLES } from './span-draft.ts';

/** AggregationTemporality of opentelemetry-proto v1: such points say what changed, not how many there are. */
export const TEMPORALITY_DELTA = 1;
/** DataPointFlags of opentelemetry-proto v1: the point has no value. */
export const NO_RECORDED_VALUE = 1;

/** The only metric that is kept. */
export const GAUGE_NAME = METRIC_CONNECTIONS_ACTIVE;

const ROLE_COLUMN = new Map([[ATTR_ROLE, COLUMNS[PLACE.role]!]]);

/** Points in one request: a process has one for each of its roles. They are objects, so their number has to have a bound. */
const MAX_SAMPLES = 100_000;

/** Makes samples of the points of `websocket.connections.active`: the rules that hold in both encodings. */
export class GaugeSamples {
  readonly samples: GaugeSample[] = [];
  readonly rows: EventRows;
  /** Attributes of the point that is being read. */
  readonly point = new RowDraft();
  readonly pointFields: AttributeFields;
  readonly #receipt: Receipt;
  readonly #tally: IngestTally;

  constructor(rows: EventRows, receipt: Receipt, tally: IngestTally) {
    this.rows = rows;
    this.pointFields = new AttributeFields(rows.texts, ROLE_COLUMN);
    this.#receipt = receipt;
    this.#tally = tally;
  }

  /** Counts another metric. */
  countOther(): void {
    this.#tally.otherMetrics += 1;
  }

  countUnusable(reason: UnusableReason): void {
    this.#tally.unusable[reason] += 1;
  }

  /** Ends a point of that time (epoch microseconds, 0 for none) and value; its attributes and its resource have been read. */
  endPoint(micros: number, value: number): void {
    const reason = this.#reasonAgainst(micros, value);
    if (reason !== null) {
      this.countUnusable(reason);
      return;
    }
    if (this.samples.length === MAX_SAMPLES) {
      throw new MalformedRequestError(`expected at most ${MAX_SAMPLES} points of ${GAUGE_NAME}, got more`);
    }
    this.samples.push(this.#sample(micros, value));
  }

  #reasonAgainst(micros: number, value: number): UnusableReason | null {
    if (micros === 0) return 'no_times';
    if (!this.point.has(PLACE.role)) return 'no_role';
    // A sample has no mark of trust, and it says how many connections a whole process has: no visitor of a page knows that.
    if (!this.#receipt.trusted) return 'not_a_client';
    // An up-down counter that lost its beginning can be below zero: that is no number of connections.
    return value >= 0 && value <= Number.MAX_SAFE_INTEGER ? null : 'no_value';
  }

  #sample(micros: number, connections: number): GaugeSample {
    return {
      service: this.#text(PLACE.service) ?? UNKNOWN_SERVICE,
      serviceVersion: this.#text(PLACE.serviceVersion),
      instance: this.#text(PLACE.instance),
      environment: this.#text(PLACE.environment),
      role: this.point.numbers[PLACE.role] === ROLES.client ? 'client' : 'server',
      time: micros / 1_000,
      receivedAt: this.#receipt.receivedAt ?? micros / 1_000,
      connections,
    };
  }

  #text(place: number): string | null {
    const { resource, texts } = this.rows;
    return resource.has(place) ? texts.textOf(resource.numbers[place]!) : null;
  }
}
