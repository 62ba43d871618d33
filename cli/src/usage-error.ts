/**
 * Arguments, configuration or surroundings that make the command unusable (a port in use, a data folder held by somebody
 * else). The message says got, expected and what to do, in one line; the command ends with exit code 2.
 */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
