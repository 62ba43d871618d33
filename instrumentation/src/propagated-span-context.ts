import { type SpanContext, TraceFlags } from '@opentelemetry/api';

/**
 * The span context that a client's upgrade carries. A provider of the WebSocket spans' own samples everything, and a server behind a
 * parent-based sampler would follow that: so where the application has decided against its trace, its decision is what travels.
 */
export function propagatedSpanContext(own: SpanContext, parent: SpanContext | undefined): SpanContext {
  const isAgainst = parent?.traceId === own.traceId && (parent.traceFlags & TraceFlags.SAMPLED) === 0;
  return isAgainst ? { ...own, traceFlags: own.traceFlags & ~TraceFlags.SAMPLED } : own;
}
