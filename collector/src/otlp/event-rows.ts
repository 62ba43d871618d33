import { SPAN_CLOSE, SPAN_CONNECT, SPAN_DRAIN, SPAN_RECONNECT } from '@closewatch/instrumentation/attributes';
import type { EventBatch } from '../batch/event-batch.ts';
import type { TextInterner } from '../batch/text-interner.ts';
import type { EventKind } from '../close-event.ts';
import { COLUMNS, type Column, PLACE, REPLAYED_ATTRIBUTES, RESOURCE_COLUMNS, SPAN_COLUMNS } from '../columns.ts';
import { type IngestTally, newIngestTally, type UnusableReason } from '../ingest-tally.ts';
import { AttributeFields } from './attribute-fields.ts';
import type { DistinctValues } from './distinct-values.ts';
import { FieldValues } from './field-values.ts';
import { SPAN_KIND_CLIENT, SPAN_KIND_SERVER } from './otlp-numbers.ts';
import { RowDraft } from './row-draft.ts';
import { SpanDraft } from './span-draft.ts';

/** How far a sender's clock may be ahead before its event counts as from the future: NTP keeps fleets far inside a minute. */
const MAX_AHEAD_MICROS = 60_000_000;

/** The service of spans whose resource names none. Source: OpenTelemetry semantic conventions, "Service". */
export const UNKNOWN_SERVICE = 'unknown_service';

/** How a request came. */
export interface Receipt {
  /** When, in epoch milliseconds; null in a replay, where each event was received at its own time and none is from the future. */
  receivedAt: number | null;
  /** False where it came with a public token. In a replay an event says it itself. */
  trusted: boolean;
}

const kindPlace = (kind: EventKind) => COLUMNS[PLACE.kind]!.type.names!.indexOf(kind) + 1;
const CLOSE = kindPlace('close');
const DRAIN = kindPlace('drain');
const CLIENT = COLUMNS[PLACE.role]!.type.names!.indexOf('client') + 1;
const SERVER = COLUMNS[PLACE.role]!.type.names!.indexOf('server') + 1;

/** Which spans become events. Source: the conventions, "Spans". */
const KINDS: readonly [name: string, kind: number][] = [
  [SPAN_CONNECT, kindPlace('connect')],
  [SPAN_CLOSE, CLOSE],
  [SPAN_RECONNECT, kindPlace('reconnect')],
  [SPAN_DRAIN, DRAIN],
];

/** What a collector decides itself is believed in a replay only. */
const INGESTED_COLUMNS: ReadonlyMap<string, Column> = new Map(
  [...SPAN_COLUMNS].filter(([attribute]) => !REPLAYED_ATTRIBUTES.has(attribute)),
);

/**
 * Turns spans into rows: the rules that hold in both encodings. A reader fills `resource` and `span` and ends each span with `endSpan`. It is
 * bound to one interner, and so to the batches that share it.
 */
export class EventRows {
  readonly texts: TextInterner;
  readonly values: FieldValues;
  readonly resourceFields: AttributeFields;
  /** Of the resource whose spans are being read. */
  readonly resource = new RowDraft();
  readonly span = new SpanDraft();
  readonly #ingested: AttributeFields;
  readonly #replayed: AttributeFields;
  readonly #unknownService: number;
  readonly #kindById: number[] = [];
  readonly #distinct: DistinctValues;
  #batch!: EventBatch;
  #receipt: Receipt = { receivedAt: null, trusted: true };
  #tally = newIngestTally();

  constructor(texts: TextInterner, distinct: DistinctValues) {
    this.texts = texts;
    for (const [name, kind] of KINDS) this.#kindById[texts.idOfString(name)] = kind;
    this.resourceFields = new AttributeFields(texts, RESOURCE_COLUMNS);
    this.#ingested = new AttributeFields(texts, INGESTED_COLUMNS);
    this.#replayed = new AttributeFields(texts, SPAN_COLUMNS);
    this.#unknownService = texts.idOfString(UNKNOWN_SERVICE);
    this.#distinct = distinct;
    this.values = new FieldValues(texts);
  }

  /** Rows go to `batch`, and are counted in `tally`, until the next call. */
  begin(batch: EventBatch, receipt: Receipt, tally: IngestTally): void {
    this.#batch = batch;
    this.#receipt = receipt;
    this.#tally = tally;
    const { receivedAt } = receipt;
    // What is replayed has been limited when it was taken in.
    this.values.begin(receivedAt === null ? null : this.#distinct, tally);
    if (receivedAt !== null && this.#distinct.startDay(receivedAt)) this.values.forgetAdmitted();
  }

  /** The columns that a span's attributes fill. */
  get spanFields(): AttributeFields {
    return this.#receipt.receivedAt === null ? this.#replayed : this.#ingested;
  }

  /** The kind of event that spans of this name are, as SpanDraft has it. */
  kindOfName(view: DataView, start: number, end: number): number {
    return this.#kindById[this.texts.find(view, start, end)] ?? 0;
  }

  kindOfString(name: string): number {
    return KINDS.find(kind => kind[0] === name)?.[1] ?? 0;
  }

  /** Makes a row of the span, or counts why it is none. */
  endSpan(): void {
    const { span, resource } = this;
    if (span.kind === 0) {
      this.#tally.notRelevant += 1;
      return;
    }
    this.#setRole();
    const reason = this.#reasonAgainst();
    if (reason !== null) {
      this.#tally.unusable[reason] += 1;
      return;
    }
    span.chooseLink();
    span.fields.setNumber(PLACE.kind, span.kind);
    span.fields.setNumber(PLACE.failed, span.failed ? 2 : 1);
    this.#setTimes();
    const row = this.#batch.addRow();
    resource.writeTo(this.#batch, row);
    if (!resource.has(PLACE.service)) this.#batch.columns[PLACE.service]!.texts[row] = this.#unknownService;
    span.fields.writeTo(this.#batch, row);
  }

  #setRole(): void {
    const { fields, spanKind } = this.span;
    if (fields.has(PLACE.role)) return;
    if (spanKind === SPAN_KIND_SERVER) fields.setNumber(PLACE.role, SERVER);
    else if (spanKind === SPAN_KIND_CLIENT) fields.setNumber(PLACE.role, CLIENT);
  }

  #reasonAgainst(): UnusableReason | null {
    const { fields, kind, startMicros, endMicros } = this.span;
    if (!fields.has(PLACE.traceId) || !fields.has(PLACE.spanId)) return 'invalid_ids';
    if (startMicros === 0 || endMicros === 0) return 'no_times';
    if (!fields.has(PLACE.role)) return 'no_role';
    if (!this.#receipt.trusted && fields.numbers[PLACE.role] !== CLIENT) return 'not_a_client';
    return kind === CLOSE && !fields.has(PLACE.code) ? 'no_code' : null;
  }

  /** Start and end stay as they were sent, so that a span sent again is recognised; only the time that counts is clamped. */
  #setTimes(): void {
    const { fields, kind, startMicros, endMicros } = this.span;
    const { receivedAt, trusted } = this.#receipt;
    const time = kind === CLOSE || kind === DRAIN ? startMicros : endMicros;
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
    if (!trusted) fields.setNumber(PLACE.trusted, 1);
    if (time <= receivedMicros + MAX_AHEAD_MICROS) return;
    fields.setNumber(PLACE.time, receivedMicros);
    fields.setNumber(PLACE.clamped, 2);
    this.#tally.clamped += 1;
  }
}
