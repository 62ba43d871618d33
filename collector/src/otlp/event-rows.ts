import { SPAN_CLOSE, SPAN_CONNECT, SPAN_DRAIN, SPAN_RECONNECT } from '@closewatch/instrumentation/attributes';
import type { EventBatch } from '../batch/event-batch.ts';
import type { TextInterner } from '../batch/text-interner.ts';
import { INGESTED_COLUMNS, PLACE, RESOURCE_COLUMNS, SPAN_COLUMNS } from '../columns.ts';
import { type IngestTally, newIngestTally, type UnusableReason } from '../ingest-tally.ts';
import { AttributeFields } from './attribute-fields.ts';
import { BoundConventions } from './bound-conventions.ts';
import type { ClockSkew } from './clock-skew.ts';
import type { Convention } from './convention.ts';
import { DerivedIds } from './derived-ids.ts';
import type { DistinctByTrust } from './distinct-values.ts';
import { FieldValues } from './field-values.ts';
import { setConvention, setRole } from './foreign-close.ts';
import { RowDraft } from './row-draft.ts';
import { KINDS, ROLES, SpanDraft } from './span-draft.ts';
import { adjustedWeight } from './trace-state.ts';

/** How far a sender's clock may be ahead before its event counts as from the future: NTP keeps fleets far inside a minute. */
const MAX_AHEAD_MICROS = 60_000_000;

/** Spans that a sampled one may stand for: a sampler that keeps one of a million closes has seen none for days. */
const MAX_WEIGHT = 1_000_000;

/** The service of spans whose resource names none. Source: OpenTelemetry semantic conventions, "Service". */
export const UNKNOWN_SERVICE = 'unknown_service';

/** How a request came. */
export interface Receipt {
  /** When, in epoch milliseconds; null in a replay, where each event was received at its own time and none is from the future. */
  receivedAt: number | null;
  /** False where it came with a public token. In a replay an event says it itself. */
  trusted: boolean;
}

/** Which spans become events. Source: the conventions, "Spans". */
const KIND_OF_NAME: ReadonlyMap<string, number> = new Map([
  [SPAN_CONNECT, KINDS.connect],
  [SPAN_CLOSE, KINDS.close],
  [SPAN_RECONNECT, KINDS.reconnect],
  [SPAN_DRAIN, KINDS.drain],
]);

/**
 * Turns spans into rows: the rules that hold in both encodings. A reader fills `resource` and `span` and ends each span with `endSpan`. It is
 * bound to one interner, and so to the batches that share it.
 */
export class EventRows {
  readonly texts: TextInterner;
  readonly values: FieldValues;
  readonly conventions: BoundConventions;
  readonly resourceFields: AttributeFields;
  /** Of the resource whose spans are being read. */
  readonly resource = new RowDraft();
  readonly span = new SpanDraft();
  readonly #ingested: AttributeFields;
  readonly #replayed: AttributeFields;
  readonly #unknownService: number;
  readonly #kindById: number[] = [];
  readonly #distinct: DistinctByTrust;
  readonly #clockSkew: ClockSkew;
  readonly #derivedIds: DerivedIds;
  #batch!: EventBatch;
  #receipt: Receipt = { receivedAt: null, trusted: true };
  #tally = newIngestTally();

  constructor(
    texts: TextInterner,
    distinct: DistinctByTrust,
    conventions: readonly Convention[],
    clockSkew: ClockSkew,
  ) {
    this.texts = texts;
    this.#clockSkew = clockSkew;
    this.#derivedIds = new DerivedIds(texts);
    for (const [name, kind] of KIND_OF_NAME) this.#kindById[texts.idOfString(name)] = kind;
    this.resourceFields = new AttributeFields(texts, RESOURCE_COLUMNS);
    this.#ingested = new AttributeFields(texts, INGESTED_COLUMNS);
    this.#replayed = new AttributeFields(texts, SPAN_COLUMNS);
    this.#unknownService = texts.idOfString(UNKNOWN_SERVICE);
    this.#distinct = distinct;
    this.conventions = new BoundConventions(texts, conventions);
    this.values = new FieldValues(texts);
  }

  /** Rows go to `batch`, and are counted in `tally`, until `end`. */
  begin(batch: EventBatch, receipt: Receipt, tally: IngestTally): void {
    this.#batch = batch;
    this.#receipt = receipt;
    this.#tally = tally;
    const { receivedAt } = receipt;
    // What is replayed has been limited when it was taken in.
    if (receivedAt !== null && this.#distinct.startDay(receivedAt)) this.values.forgetAdmitted();
    this.values.begin(receivedAt === null ? null : this.#distinct.of(receipt.trusted), tally);
  }

  /** Ends the request that `begin` began. */
  end(): void {
    this.#derivedIds.clear();
  }

  /** The columns that the span's attributes fill. */
  get spanFields(): AttributeFields {
    if (this.span.convention !== null) return this.span.convention.fields;
    return this.#receipt.receivedAt === null ? this.#replayed : this.#ingested;
  }

  /** The kind of event that spans of this name are, as SpanDraft has it. */
  kindOfName(view: DataView, start: number, end: number): number {
    return this.#kindById[this.texts.find(view, start, end)] ?? 0;
  }

  kindOfString(name: string): number {
    return KIND_OF_NAME.get(name) ?? 0;
  }

  /** Counts a span that is none of ours. */
  countOther(): void {
    this.#tally.notRelevant += 1;
  }

  /** Counts a log record that is no close. */
  countOtherLogRecord(): void {
    this.#tally.otherLogRecords += 1;
  }

  /** Makes a row of the span, or counts why it is none. */
  endSpan(): void {
    const { span, resource } = this;
    const { fields } = span;
    setRole(span);
    if (span.convention !== null) setConvention(span, span.convention);
    const reason = this.#reasonAgainst();
    if (reason !== null) {
      this.#tally.unusable[reason] += 1;
      return;
    }
    span.chooseLink();
    fields.setNumber(PLACE.kind, span.kind);
    fields.setNumber(PLACE.failed, span.failed ? 2 : 1);
    if (span.traceState !== '') this.#setWeight();
    this.#setTimes();
    const row = this.#batch.addRow();
    resource.writeTo(this.#batch, row);
    if (!resource.has(PLACE.service)) this.#batch.columns[PLACE.service]!.texts[row] = this.#unknownService;
    fields.writeTo(this.#batch, row);
    if (!span.hasOwnId) this.#derivedIds.assign(this.#batch, row);
  }

  /** A weight that a replayed event has by itself takes precedence. */
  #setWeight(): void {
    const { fields, traceState } = this.span;
    if (fields.has(PLACE.weight)) return;
    const weight = adjustedWeight(traceState);
    if (weight === null) this.#tally.traceStatesMalformed += 1;
    else if (weight !== 1) fields.setNumber(PLACE.weight, this.#believed(weight));
  }

  /** A single span must not outweigh a fleet, and a page's visitor has one vote. */
  #believed(weight: number): number {
    const believed = this.#receipt.trusted ? Math.min(weight, MAX_WEIGHT) : 1;
    if (believed < weight) this.#tally.weightsCapped += 1;
    return believed;
  }

  #reasonAgainst(): UnusableReason | null {
    const { fields, kind, hasOwnId, startMicros, endMicros } = this.span;
    if (hasOwnId && !(fields.has(PLACE.traceId) && fields.has(PLACE.spanId))) return 'invalid_ids';
    if (startMicros === 0 || endMicros === 0) return 'no_times';
    if (!fields.has(PLACE.role)) return 'no_role';
    if (!this.#receipt.trusted && fields.numbers[PLACE.role] !== ROLES.client) return 'not_a_client';
    return kind === KINDS.close && !fields.has(PLACE.code) ? 'no_code' : null;
  }

  /** Start and end stay as they were sent, so that a span sent again is recognised; only the time that counts is clamped. */
  #setTimes(): void {
    const { fields, kind, startMicros, endMicros } = this.span;
    const { receivedAt, trusted } = this.#receipt;
    const time = kind === KINDS.close || kind === KINDS.drain ? startMicros : endMicros;
    fields.setNumber(PLACE.startedAt, startMicros);
    fields.setNumber(PLACE.endedAt, endMicros);
    if (receivedAt === null) {
      if (!fields.has(PLACE.time)) fields.setNumber(PLACE.time, time);
      else if (fields.numbers[PLACE.time] !== time) fields.setNumber(PLACE.clamped, 2);
      fields.setNumber(PLACE.receivedAt, fields.numbers[PLACE.time]!);
      return;
    }
    const receivedMicros = Math.round(receivedAt * 1_000);
    fields.setNumber(PLACE.receivedAt, receivedMicros);
    fields.setNumber(PLACE.time, time);
    if (trusted) this.#clockSkew.observe(this.#serviceName(), (endMicros - receivedMicros) / 1_000);
    else fields.setNumber(PLACE.trusted, 1);
    if (time <= receivedMicros + MAX_AHEAD_MICROS) return;
    fields.setNumber(PLACE.time, receivedMicros);
    fields.setNumber(PLACE.clamped, 2);
    this.#tally.clamped += 1;
  }

  #serviceName(): string {
    const { resource, texts } = this;
    return resource.has(PLACE.service) ? texts.textOf(resource.numbers[PLACE.service]!) : UNKNOWN_SERVICE;
  }
}
