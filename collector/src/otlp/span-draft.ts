import type { CloseInitiator, Role } from '@closewatch/instrumentation/attributes';
import type { EventKind } from '../close-event.ts';
import { COLUMNS, PLACE } from '../columns.ts';
import type { BoundConvention } from './bound-conventions.ts';
import { RowDraft } from './row-draft.ts';

const placesOf = <Name extends string>(field: 'kind' | 'role' | 'initiator') =>
  Object.fromEntries(COLUMNS[PLACE[field]]!.type.names!.map((name, index) => [name, index + 1])) as Record<
    Name,
    number
  >;

/** The places of these choices in their columns. */
export const KINDS = placesOf<EventKind>('kind');
export const ROLES = placesOf<Role>('role');
export const INITIATORS = placesOf<CloseInitiator>('initiator');

/** Links kept of one span: the instrumentation writes two at most, and OpenTelemetry's own default limit is this. */
const MAX_LINKS = 128;
/** A link's trace id and span id, in words of 32 bits. */
const LINK_WORDS = 6;

/** A span while it is read, as both encodings give it: its fields by column, and what still has to be judged. */
export class SpanDraft {
  readonly fields = new RowDraft();
  /** One of KINDS; 0 where its name is none of ours. */
  kind = 0;
  /** By whose conventions it was written; null for our own. */
  convention: BoundConvention | null = null;
  /** A span's event or a log record, which has no span id of its own: it gets one from its content. */
  hasOwnId = true;
  /** OTLP's SpanKind. */
  spanKind = 0;
  /** Epoch microseconds; 0 where the span has none. */
  startMicros = 0;
  endMicros = 0;
  /** Status code ERROR. */
  failed = false;
  /** As it was sent: W3C's tracestate. */
  traceState = '';
  readonly #links = new Uint32Array(MAX_LINKS * LINK_WORDS);
  #linkCount = 0;

  clear(): void {
    this.fields.clear();
    this.kind = 0;
    this.convention = null;
    this.hasOwnId = true;
    this.spanKind = 0;
    this.startMicros = 0;
    this.endMicros = 0;
    this.failed = false;
    this.traceState = '';
    this.#linkCount = 0;
  }

  /**
   * Makes it the draft of an event inside this span, at that time in epoch microseconds: it keeps the trace, has the span as its parent, and
   * no id yet.
   */
  beginEvent(convention: BoundConvention, micros: number): void {
    const { fields } = this;
    const [hadTrace, span] = [fields.has(PLACE.traceId), this.hasOwnId ? PLACE.spanId : PLACE.parentSpanId];
    const [hadSpan, low, high] = [fields.has(span), fields.words[span * 4]!, fields.words[span * 4 + 1]!];
    fields.clear();
    if (hadTrace) fields.setWords4(PLACE.traceId, fields.words, PLACE.traceId * 4);
    if (hadSpan) fields.setWords2(PLACE.parentSpanId, low, high);
    this.kind = KINDS.close;
    this.convention = convention;
    this.hasOwnId = false;
    this.failed = false;
    this.startMicros = micros;
    this.endMicros = micros;
  }

  /** Takes a link as its words lie in `words`, four of the trace id and two of the span id; an invalid one is none. */
  addLink(words: Uint32Array): void {
    if ((words[0]! | words[1]! | words[2]! | words[3]!) === 0 || (words[4]! | words[5]!) === 0) return;
    if (this.#linkCount === MAX_LINKS) return;
    this.#links.set(words, this.#linkCount * LINK_WORDS);
    this.#linkCount += 1;
  }

  /**
   * Sets the link to the connect span. A reconnect links to its close and then to the new connect: the one that the connection id
   * names is meant, or else the last.
   */
  chooseLink(): void {
    if (this.#linkCount === 0) return;
    let chosen = (this.#linkCount - 1) * LINK_WORDS;
    const id = PLACE.connectionId * 4;
    if (this.fields.has(PLACE.connectionId)) {
      for (let at = 0; at < this.#linkCount * LINK_WORDS; at += LINK_WORDS) {
        if (this.#links[at + 4] !== this.fields.words[id] || this.#links[at + 5] !== this.fields.words[id + 1])
          continue;
        chosen = at;
        break;
      }
    }
    this.fields.setWords4(PLACE.linkedTraceId, this.#links, chosen);
    this.fields.setWords2(PLACE.linkedSpanId, this.#links[chosen + 4]!, this.#links[chosen + 5]!);
  }
}
