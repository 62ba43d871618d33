import { INVALID_SPANID, type Span, type SpanContext, TraceFlags } from '@opentelemetry/api';
import { SAMPLING_MARK } from './attributes.ts';

/** The rejection threshold of a consistent sampler in the trace state's `ot` entry: up to 14 hexadecimal digits. */
const THRESHOLD = /(?:^|;)th:[0-9a-f]{1,14}(?:;|$)/;

/**
 * Finds out whether the application's sampler drops spans of ours without saying how many each of the others stands for.
 * A consistent sampler says it in the trace state, which travels with the span; source: OpenTelemetry, "TraceState:
 * Probability Sampling". The SDK's ratio sampler says nothing: then counts can't be trusted, and each span that is kept
 * says so. Judged for each kind of span, as a parent's decision holds for connects and not for closes.
 */
export class SamplingWatch {
  readonly #losing = new Set<string>();
  readonly #warn: (message: string) => void;
  #warned = false;

  constructor(warn: (message: string) => void) {
    this.#warn = warn;
  }

  /** Looks at a new span of that name, and marks it where others like it are being dropped at an unknown rate. */
  began(name: string, span: Span): void {
    const spanContext = span.spanContext();
    if (spanContext.spanId === INVALID_SPANID) return; // no SDK at all
    if ((spanContext.traceFlags & TraceFlags.SAMPLED) === 0) this.#losing.add(name);
    else if (this.#losing.has(name) && !saysProbability(spanContext)) this.#mark(span);
  }

  #mark(span: Span): void {
    span.setAttribute(SAMPLING_MARK, 'unknown_weight');
    if (this.#warned) return;
    this.#warned = true;
    this.#warn(
      "the application's sampler drops WebSocket spans and does not say with which probability, so closes can't be counted: " +
        'send them through a provider of their own (README, "Sampling"), or use a consistent probability sampler',
    );
  }
}

function saysProbability({ traceState }: SpanContext): boolean {
  return THRESHOLD.test(traceState?.get('ot') ?? '');
}
