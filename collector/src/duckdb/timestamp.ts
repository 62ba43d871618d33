/** SQL of a TIMESTAMP from epoch milliseconds in a double; their fraction is microseconds. */
export function timestampFrom(milliseconds: string): string {
  return `make_timestamp(round(${milliseconds} * 1000)::BIGINT)`;
}

/** SQL of epoch milliseconds in a double from a TIMESTAMP. */
export function millisecondsFrom(timestamp: string): string {
  return `epoch_us(${timestamp}) / 1000`;
}
