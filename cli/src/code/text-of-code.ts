import { type CloseCodeText, closeCodeText } from '@closewatch/analyzer';
import { UsageError } from '../usage-error.ts';

/** What is known about a code: its own entry, or its range's. Throws a UsageError for a number that is no close code. */
export function textOfCode(code: number): CloseCodeText {
  const text = closeCodeText(code);
  if (text === null) throw new UsageError(`expected a close code from 0 to 4999, got ${code}`);
  return text;
}
