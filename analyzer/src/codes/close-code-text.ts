import { CLOSE_CODES, type CloseCodeText } from './close-codes.ts';

/** What is known about a code that has no entry of its own, by its range. Source: RFC 6455, section 7.4.2. */
const RANGES: readonly { from: number; to: number; text: Omit<CloseCodeText, 'code'> }[] = [
  {
    from: 0,
    to: 999,
    text: {
      name: 'Not used (0-999)',
      meaning: 'None: codes below 1000 are not used.',
      sentBy: 'Nobody who keeps to the standard; libraries refuse to send it.',
      appears: 'From a broken implementation, or where somebody stores another number as the code.',
      todo: 'Find who writes it.',
      source: 'RFC 6455, section 7.4.2',
    },
  },
  {
    from: 1000,
    to: 2999,
    text: {
      name: 'Unassigned (1000-2999)',
      meaning: 'None yet: the range belongs to the protocol and its extensions.',
      sentBy: 'Nobody who keeps to the standard; many libraries answer it with 1002.',
      appears: 'From an application that took a number of its own from the wrong range.',
      todo: 'Let the application use a code from 4000 to 4999.',
      source: 'RFC 6455, section 7.4.2',
    },
  },
  {
    from: 3000,
    to: 3999,
    text: {
      name: 'Libraries and frameworks (3000-3999)',
      meaning: 'Defined by a library, framework or application that may register it with IANA.',
      sentBy: 'Whoever defined it.',
      appears: 'As that library documents.',
      todo: 'Read the documentation of the WebSocket framework in use.',
      source: 'RFC 6455, section 7.4.2',
    },
  },
  {
    from: 4000,
    to: 4999,
    text: {
      name: 'Private use (4000-4999)',
      meaning: 'Defined by the application itself.',
      sentBy: 'The application on either side.',
      appears: 'As the application decides: at logout, at a second login, at a kick.',
      todo: 'Look it up in the code of the application; a sudden rise begins with a release of it.',
      source: 'RFC 6455, section 7.4.2',
    },
  },
];

/** What is known about a close code: its own entry, or its range's; null for a number that is no close code. */
export function closeCodeText(code: number): CloseCodeText | null {
  const known = CLOSE_CODES.find(entry => entry.code === code);
  if (known !== undefined) return known;
  const range = RANGES.find(({ from, to }) => Number.isInteger(code) && code >= from && code <= to);
  return range === undefined ? null : { code, ...range.text };
}
