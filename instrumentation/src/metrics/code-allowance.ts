/**
 * Different codes that one process gives its metrics. A peer chooses its close code among 2,000 (RFC 6455, section 7.4.2:
 * 3000-4999), and an SDK keeps every combination of attributes for ever; real services use a handful.
 */
const MAX_CODES = 64;

/** Says whether a code may become a metric's attribute: the first 64 different ones do. Spans carry every code. */
export class CodeAllowance {
  readonly #known = new Set<number>();

  allows(code: number): boolean {
    if (this.#known.size < MAX_CODES) this.#known.add(code);
    return this.#known.has(code);
  }
}
