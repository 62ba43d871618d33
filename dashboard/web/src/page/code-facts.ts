import type { CodeKey } from '../close-codes.ts';

/** One row of the comparison; a list is a list of steps. */
export interface ComparisonRow {
  question: string;
  bug: string | readonly string[];
  wave: string | readonly string[];
  /** The answer begins with a yes or a no, which is set in bold. */
  isYesOrNo?: boolean;
}

/** 1007 and 1012 side by side. */
export const COMPARISON: readonly ComparisonRow[] = [
  {
    question: 'What it says',
    bug: 'A text message held bytes that are not UTF-8, or a compressed one did not decompress, so the receiver closed the connection.',
    wave: 'The server is restarting and asks the client to come back.',
  },
  {
    question: 'Who caused it',
    bug: 'Whoever sent the bytes: a client release, or the server’s own messages.',
    wave: 'Whoever deployed, scaled down or restarted.',
  },
  {
    question: 'Should it page?',
    isYesOrNo: true,
    bug: 'Yes, from three clients on, if that is more than usual.',
    wave: 'No, while clients return. They are back within seconds, or something else is wrong.',
  },
  {
    question: 'Do clients return?',
    bug: 'Some never: graphql-ws, for one, does not retry after 1007. Others return and fail again.',
    wave: 'Yes, by common advice 1 to 5 s later, spread at random; 5 to 30 s by the code’s registration.',
  },
  {
    question: 'What to do first',
    bug: [
      'See which version sends it.',
      'See who sends it, client or server.',
      'Stop that rollout. A rollback of the server helps only if the server sends it.',
    ],
    wave: [
      'See that a deploy is running.',
      'See that the share that is back climbs past 95 %.',
      'Watch the opens per second, not the closes.',
    ],
  },
  {
    question: 'How to mend it',
    bug: 'Text frames carry UTF-8 only: send raw or compressed bytes in binary frames, and never cut a character in two.',
    wave: 'Nothing to mend. A client that stays away needs a reconnect of its own, after 1 to 5 s at random.',
  },
  {
    question: 'Usual causes',
    bug: 'Binary sent as text, gzip sent as text, a character cut in two, a wrong encoding; with some APIs an “invalid argument” of their own.',
    wave: 'Rolling deploy, autoscaling, maintenance. uvicorn and Phoenix send it when they drain.',
  },
  {
    question: 'Comes disguised as',
    bug: '1006 on the side that noticed; 1002 with “Invalid UTF-8” from Chromium. Both are counted as payload bugs.',
    wave: '1001, 1005 or 1006, where a server or a proxy does not pass the code on; sometimes 1000.',
  },
];

/** Every other code, and which colour it is drawn in. */
export const OTHER_CODES: readonly { code: string; colour: CodeKey; meaning: string }[] = [
  {
    code: '1000',
    colour: '1000',
    meaning: 'Normal. Some servers send it even at a restart, and some clients then never come back.',
  },
  {
    code: '1001',
    colour: '1001',
    meaning: 'Going away: many servers’ choice at a restart, and every browser tab that closes.',
  },
  { code: '1002', colour: 'other', meaning: 'Protocol error. With “Invalid UTF-8” it counts as a payload bug.' },
  { code: '1003', colour: 'other', meaning: 'A kind of data that the receiver does not take.' },
  { code: '1005', colour: '1005', meaning: 'A close frame with no code; also what a proxy leaves of a 1012.' },
  {
    code: '1006',
    colour: '1006',
    meaning: 'No close frame, never on the wire: a killed process, a proxy reload, a cut network.',
  },
  { code: '1008', colour: 'other', meaning: 'Against the receiver’s policy.' },
  { code: '1009', colour: 'other', meaning: 'Message too big.' },
  { code: '1010', colour: 'other', meaning: 'The client missed an extension that it needs.' },
  { code: '1011', colour: 'other', meaning: 'Server error: an unhandled exception.' },
  { code: '1013', colour: 'other', meaning: 'Try again later: overload.' },
  { code: '1014', colour: 'other', meaning: 'Bad gateway: the server behind gave an answer that is none.' },
  { code: '1015', colour: 'other', meaning: 'TLS failed, never on the wire.' },
  { code: '3000+', colour: 'other', meaning: 'Registered by libraries and frameworks.' },
  { code: '4000+', colour: 'other', meaning: 'The application’s own, such as 4400 to 4500 of GraphQL subscriptions.' },
];
