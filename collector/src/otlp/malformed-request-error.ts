/** The sender's bytes are no OTLP request. Answered with 400, and never retried by an exporter. */
export class MalformedRequestError extends Error {
  readonly code = 'OTLP_MALFORMED';
  override readonly name = 'MalformedRequestError';
}
