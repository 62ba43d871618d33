import { describe, expect, it } from 'vitest';
import { isLibraryPayloadReason, scrubbedReason } from './close-reason.ts';

describe('a scrubbed close reason', () => {
  it.each([
    ['deploy of 1.8.2', 'deploy of 1.8.2'],
    ['idle since 2026-11-23T10:00:00Z', 'idle since 2026-11-23T10:00:00Z'],
    ['kicked jane.doe+x@example.co.uk', 'kicked [scrubbed]'],
    ['token=abc123 expired', '[scrubbed] expired'],
    ['Bearer s3cr3t rejected', '[scrubbed] rejected'],
    ['bad eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln', 'bad [scrubbed]'],
    ['session 9f86d081884c7d659a2feaa0c55ad015', 'session [scrubbed]'],
    ['see /join?code=77', 'see /join[scrubbed]'],
  ])('%s', (reason, expected) => {
    expect(scrubbedReason(reason)).toBe(expected);
  });

  it('has at most 123 bytes, and no half character at its end', () => {
    const scrubbed = scrubbedReason('é'.repeat(100));
    expect(scrubbed).toBe('é'.repeat(61));
  });
});

describe('the reason of a received 1007', () => {
  it.each([
    '',
    'Received invalid UTF-8 in text frame.',
    'Invalid UTF-8 text message',
    'invalid start byte at position 1',
    'encountered invalid UTF-8 while processing text message at payload octet index 3',
    'bytes are not UTF-8',
    'Input length = 1',
  ])('"%s" is a library\'s', reason => {
    expect(isLibraryPayloadReason(reason)).toBe(true);
  });

  it.each([
    'Invalid argument',
    'invalid argument: model not found',
    'Request contains an invalid argument.',
    'bad room',
  ])('"%s" is an application\'s', reason => {
    expect(isLibraryPayloadReason(reason)).toBe(false);
  });
});
