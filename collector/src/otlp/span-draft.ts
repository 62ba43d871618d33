import { PLACE } from '../columns.ts';
import { RowDraft } from './row-draft.ts';

/** Links kept of one span: the instrumentation writes two at most, and OpenTelemetry's own default limit is this. */
const MAX_LINKS = 128;
/** A link's trace id and span id, in words of 32 bits. */
const LINK_WORDS = 6;

/** A span while it is read, as both encodings give it: its fields by column, and what still has to be judged. */
export class SpanDraft {
  readonly fields = new RowDraft();
  /** The place of its kind among EventKinds, from 1; 0 where its name is none of ours. */
  kind = 0;
  /** OTLP's SpanKind: 2 is SERVER, 3 is CLIENT. */
  spanKind = 0;
  /** Epoch microseconds; 0 where the span has none. */
  startMicros = 0;
  endMicros = 0;
  /** Status code ERROR. */
  failed = false;
  readonly #links = new Uint32Array(MAX_LINKS * LINK_WORDS);
  #linkCount = 0;

  clear(): void {
    this.fields.clear();
    this.kind = 0;
    this.spanKind = 0;
    this.startMicros = 0;
    this.endMicros = 0;
    this.failed = false;
    this.#linkCount = 0;
  }

  /** Takes a link as its words lie in `words`, four of the trace id and two of the span id; an invalid one is none. */
  addLink(words: Uint32Array): void {
    const [a, b, c, d, low, high] = words as unknown as [number, number, number, number, number, number];
    if ((a | b | c | d) === 0 || (low | high) === 0 || this.#linkCount === MAX_LINKS) return;
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
