import { type CloseEvent, closeEventsFromOtlpLine } from '@closewatch/collector';
import { JsonTraceSerializer } from '@opentelemetry/otlp-transformer';
import { closeSpans } from './close-spans.ts';

/** Spans of one line of JSON, on the way from spans to events. */
const LINE_SPANS = 500;

/** The rows that the spans of `closeSpans` become, for the sides that are given rows and not requests. */
export function closeEvents(count: number): CloseEvent[] {
  const spans = closeSpans(count);
  const events: CloseEvent[] = [];
  for (let from = 0; from < spans.length; from += LINE_SPANS) {
    const line = JsonTraceSerializer.serializeRequest(spans.slice(from, from + LINE_SPANS))!;
    events.push(...closeEventsFromOtlpLine(new TextDecoder().decode(line)));
  }
  return events;
}
